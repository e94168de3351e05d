// Products of matrices that the invocations of a subgroup hold together. Offsets must be the same in all of them.
alias Half = f16;
alias KeyTile = subgroup_matrix_left<f16, 16, 16>; // [16 keys, 16 dimensions]
alias QueryTile = subgroup_matrix_right<f16, COLUMNS, 16>; // [16 dimensions, COLUMNS]
alias SumTile = subgroup_matrix_result<f32, COLUMNS, 16>; // [16 keys, COLUMNS]

@group(0) @binding(1) var<storage, read> keys: array<f16>; // [slots, KV_HEADS, CAPACITY, HEAD_DIM]

var<workgroup> query_columns: array<Half, COLUMNS * HEAD_DIM>; // [COLUMNS, HEAD_DIM]
var<workgroup> shared_sums: array<f32, SUMS>;

fn narrow(x: f32) -> Half {
  return f16(x);
}

fn key_rows() -> u32 {
  return arrayLength(&keys) / HEAD_DIM;
}

@diagnostic(off, chromium.subgroup_matrix_uniformity)
fn load_keys(offset: u32) -> KeyTile {
  return subgroupMatrixLoad<KeyTile, row_major>(&keys, offset, HEAD_DIM);
}

@diagnostic(off, chromium.subgroup_matrix_uniformity)
fn load_queries(first_dim: u32) -> QueryTile {
  return subgroupMatrixLoad<QueryTile, col_major>(&query_columns, first_dim, HEAD_DIM);
}

@diagnostic(off, chromium.subgroup_matrix_uniformity)
fn multiply_add(key_tile: KeyTile, query_tile: QueryTile, sums: SumTile) -> SumTile {
  return subgroupMatrixMultiplyAccumulate(key_tile, query_tile, sums);
}

@diagnostic(off, chromium.subgroup_matrix_uniformity)
fn store_sums(offset: u32, sums: SumTile) {
  subgroupMatrixStore<row_major>(&shared_sums, offset, sums, COLUMNS);
}
