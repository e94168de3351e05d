// The norm of the activations, NORM of: none; x / √(mean(x²) + EPSILON) · weight; (x − mean) / √(variance + EPSILON) · weight
// + bias. The root of the second is the same factor for a whole row of products, so kernels sum squares while they read and
// multiply at the end. The third would cancel that way: its statistics come first.
const NO_NORM = 0u;
const RMS_NORM = 1u;
const LAYER_NORM = 2u;

fn rms_factor(squares: f32) -> f32 {
  return select(1.0, inverseSqrt(squares / f32(COLUMNS) + EPSILON), NORM == RMS_NORM);
}

// What is multiplied with the weights; `statistics` are a row's mean and 1 / √(variance + EPSILON).
fn normed_quad(quad: vec4<f32>, column: u32, statistics: vec2<f32>) -> vec4<f32> {
  if (NORM == NO_NORM) {
    return quad;
  }
  let weight = norm_weight_quad(column);
  if (NORM == RMS_NORM) {
    return quad * weight;
  }
  return select(
    (quad - statistics.x) * statistics.y * weight + norm_bias_quad(column),
    vec4<f32>(),
    vec4<bool>(PADDED && column >= COLUMNS),
  );
}

fn sum_of(quad: vec4<f32>) -> f32 {
  return dot(quad, vec4<f32>(1.0));
}
