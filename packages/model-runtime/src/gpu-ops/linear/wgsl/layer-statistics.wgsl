// Mean and 1 / √(variance + EPSILON) of TILE_ROWS rows of x, PER_ROW invocations a row, before they are multiplied.
var<workgroup> scratch: array<f32, WORKGROUP>;
const_assert PER_ROW * TILE_ROWS == WORKGROUP && PER_ROW >= 2u;

// Sums over the PER_ROW invocations of a row, through `scratch`.
fn row_sum(value: f32, local_index: u32) -> f32 {
  scratch[local_index] = value;
  for (var width = PER_ROW / 2u; width > 0u; width /= 2u) {
    workgroupBarrier();
    if (local_index % PER_ROW < width) {
      scratch[local_index] += scratch[local_index + width];
    }
  }
  workgroupBarrier();
  let sum = scratch[local_index / PER_ROW * PER_ROW];
  workgroupBarrier();
  return sum;
}

// Leaves mean and 1 / √(variance + EPSILON) of rows first_row … first_row + TILE_ROWS − 1 in `scratch`, in pairs.
fn layer_statistics(first_row: u32, last_row: u32, local_index: u32) {
  let row = min(first_row + local_index / PER_ROW, last_row);
  var sum = 0.0;
  for (var column = local_index % PER_ROW * 4u; column < COLUMNS; column += PER_ROW * 4u) {
    sum += sum_of(x_quad(row, column));
  }
  let mean = row_sum(sum, local_index) / f32(COLUMNS);
  var squares = 0.0;
  for (var column = local_index % PER_ROW * 4u; column < COLUMNS; column += PER_ROW * 4u) {
    let columns = column + vec4<u32>(0u, 1u, 2u, 3u);
    let centred = select(vec4<f32>(), x_quad(row, column) - mean, columns < vec4<u32>(COLUMNS));
    squares += dot(centred, centred);
  }
  let variance = row_sum(squares, local_index) / f32(COLUMNS);
  if (local_index % PER_ROW == 0u) {
    scratch[local_index / PER_ROW * 2u] = mean;
    scratch[local_index / PER_ROW * 2u + 1u] = inverseSqrt(variance + EPSILON);
  }
  workgroupBarrier();
}

// Mean and factor of a row of the tile.
fn layer_statistic(row: u32) -> vec2<f32> {
  return vec2<f32>(scratch[2u * row], scratch[2u * row + 1u]);
}
