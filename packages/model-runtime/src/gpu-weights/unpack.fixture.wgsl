// numbers[r, c] = weight[r, c], one unit an invocation.
@group(0) @binding(2) var<storage, read_write> numbers: array<f32>; // [ROWS, COLUMNS]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= ROWS * UNITS) {
    return;
  }
  let row = id.x / UNITS;
  let packed = load_unit(row, id.x % UNITS);
  for (var octet = 0u; octet < OCTETS; octet++) {
    let eight = octet_numbers(packed, octet);
    let column = octet_column(id.x % UNITS, octet);
    for (var i = 0u; i < 8u && column + i < COLUMNS; i++) {
      numbers[row * COLUMNS + column + i] = select(eight[0][i % 4u], eight[1][i % 4u], i >= 4u);
    }
  }
}
