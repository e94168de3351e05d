// The products of matrix-products.wgsl for devices that have neither matrices nor f16: a tile of keys or queries is the
// offset that it is read from, and a tile of sums tells what is to be multiplied when it is stored.
alias Half = f32;
alias KeyTile = u32;
alias QueryTile = u32;
alias SumTile = vec2<u32>; // offset of the first key, dimensions multiplied so far

@group(0) @binding(1) var<storage, read> keys: array<u32>; // [slots, KV_HEADS, CAPACITY, HEAD_DIM / 2], pairs of f16

var<workgroup> query_columns: array<Half, COLUMNS * HEAD_DIM>; // [COLUMNS, HEAD_DIM]
var<workgroup> shared_sums: array<f32, SUMS>;

fn narrow(x: f32) -> Half {
  return unpack2x16float(pack2x16float(vec2<f32>(x, 0.0))).x;
}

fn key_rows() -> u32 {
  return arrayLength(&keys) * 2u / HEAD_DIM;
}

fn load_keys(offset: u32) -> KeyTile {
  return offset;
}

fn load_queries(first_dim: u32) -> QueryTile {
  return first_dim;
}

fn multiply_add(key_tile: KeyTile, query_tile: QueryTile, sums: SumTile) -> SumTile {
  return SumTile(key_tile - query_tile, sums.y + 16u);
}

fn store_sums(offset: u32, sums: SumTile) {
  for (var i = 0u; i < 16u * COLUMNS; i++) {
    let row = sums.x + i / COLUMNS * HEAD_DIM;
    let column = i % COLUMNS * HEAD_DIM;
    var sum = 0.0;
    for (var dim = 0u; dim < sums.y; dim += 2u) {
      let pair = unpack2x16float(keys[(row + dim) / 2u]);
      sum += pair.x * query_columns[column + dim] + pair.y * query_columns[column + dim + 1u];
    }
    shared_sums[offset + i] = sum;
  }
}
