// Activations and the norm's vectors, four numbers at a time: COLUMNS is a multiple of 4.
@group(0) @binding(2) var<storage, read> x: array<vec4<f32>>; // [rows, COLUMNS / 4]
@group(0) @binding(3) var<storage, read> norm_weight: array<vec4<f32>>; // [COLUMNS / 4]
@group(0) @binding(4) var<storage, read> norm_bias: array<vec4<f32>>; // [COLUMNS / 4]

// Four numbers from `column` on, a multiple of 4; 0 from COLUMNS on.
fn x_quad(row: u32, column: u32) -> vec4<f32> {
  if (PADDED && column >= COLUMNS) {
    return vec4<f32>();
  }
  return x[(row * COLUMNS + column) / 4u];
}

fn norm_weight_quad(column: u32) -> vec4<f32> {
  return norm_weight[min(column, COLUMNS - 1u) / 4u];
}

fn norm_bias_quad(column: u32) -> vec4<f32> {
  if (PADDED && column >= COLUMNS) {
    return vec4<f32>();
  }
  return norm_bias[column / 4u];
}
