// output[r] = SCALE · table[token(r)], plus positions[position(r)] where LEARNED_POSITIONS; of one part of the table: rows
// of other parts' tokens are left to the dispatches of those.
//
// grid: (units of a row in blocks of WORKGROUP, rows), one unit of packed weights an invocation.
const_assert COLUMNS % 4u == 0u;

@group(0) @binding(2) var<storage, read> places: array<RowPlace>; // [rows]
@group(0) @binding(3) var<storage, read> drawn: array<u32>; // [slots]
@group(0) @binding(4) var<storage, read> positions: array<vec4<f32>>; // [positions, COLUMNS / 4] where LEARNED_POSITIONS
@group(0) @binding(5) var<storage, read_write> output: array<vec4<f32>>; // [rows, COLUMNS / 4]

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) index: u32) {
  let place = places[group.y];
  var token = place.token;
  if (is_drawn(place)) {
    token = drawn[place.slot];
  }
  let unit = group.x * WORKGROUP + index;
  // Tokens before the part's wrap around to more than it has.
  if (token - FIRST_ROW >= PART_ROWS || unit >= UNITS) {
    return;
  }
  let packed = load_unit(token - FIRST_ROW, unit);
  // @unroll
  for (var octet = 0u; octet < OCTETS; octet++) {
    let eight = octet_numbers(packed, octet);
    // @unroll
    for (var i = 0u; i < 2u; i++) {
      let column = octet_column(unit, octet) + 4u * i;
      if (column < COLUMNS) {
        var four = SCALE * eight[i];
        if (LEARNED_POSITIONS) {
          four += positions[(place.position * COLUMNS + column) / 4u];
        }
        output[(group.y * COLUMNS + column) / 4u] = four;
      }
    }
  }
}
