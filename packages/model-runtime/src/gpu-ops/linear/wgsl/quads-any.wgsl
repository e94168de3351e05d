// Activations and the norm's vectors, four numbers at a time, for any COLUMNS.
@group(0) @binding(2) var<storage, read> x: array<f32>; // [rows, COLUMNS]
@group(0) @binding(3) var<storage, read> norm_weight: array<f32>; // [COLUMNS]
@group(0) @binding(4) var<storage, read> norm_bias: array<f32>; // [COLUMNS]

// Four numbers from `column` on, a multiple of 4; 0 from COLUMNS on.
fn x_quad(row: u32, column: u32) -> vec4<f32> {
  var quad = vec4<f32>();
  for (var i = 0u; i < 4u && column + i < COLUMNS; i++) {
    quad[i] = x[row * COLUMNS + column + i];
  }
  return quad;
}

fn norm_weight_quad(column: u32) -> vec4<f32> {
  var quad = vec4<f32>();
  for (var i = 0u; i < 4u && column + i < COLUMNS; i++) {
    quad[i] = norm_weight[column + i];
  }
  return quad;
}

fn norm_bias_quad(column: u32) -> vec4<f32> {
  var quad = vec4<f32>();
  for (var i = 0u; i < 4u && column + i < COLUMNS; i++) {
    quad[i] = norm_bias[column + i];
  }
  return quad;
}
