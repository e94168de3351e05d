// out[r] = norm(x[r]), or out[r] += norm(x[r]) where ADDS, with
//   norm(x) = x / √(mean(x²) + ε) · weight, or, where CENTRED, (x − mean(x)) / √(mean((x − mean(x))²) + ε) · weight + bias.
//
// grid: (rows). A workgroup holds its row in registers, so that the variance is taken about the mean itself: a difference
// of mean squares would lose its digits.
const WORDS = WIDTH / 4u;
const SUM_LANES = WORKGROUP;
const LANE_WORDS = (WORDS + WORKGROUP - 1u) / WORKGROUP;
const_assert WIDTH % 4u == 0u;

@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>; // [rows, WIDTH / 4]
@group(0) @binding(1) var<storage, read> weight: array<vec4<f32>>; // [WIDTH / 4]
@group(0) @binding(2) var<storage, read> bias: array<vec4<f32>>; // [WIDTH / 4] where CENTRED
@group(0) @binding(3) var<storage, read_write> output: array<vec4<f32>>; // [rows, WIDTH / 4]

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  var numbers = array<vec4<f32>, LANE_WORDS>();
  // @unroll
  for (var i = 0u; i < LANE_WORDS; i++) {
    if (lane + i * WORKGROUP < WORDS) {
      numbers[i] = x[group.x * WORDS + lane + i * WORKGROUP];
    }
  }
  if (CENTRED) {
    var sums = vec4<f32>();
    // @unroll
    for (var i = 0u; i < LANE_WORDS; i++) {
      sums += numbers[i];
    }
    let mean = sum_lanes(lane, dot(sums, vec4<f32>(1.0))) / f32(WIDTH);
    // @unroll
    for (var i = 0u; i < LANE_WORDS; i++) {
      if (lane + i * WORKGROUP < WORDS) {
        numbers[i] -= mean;
      }
    }
  }
  var squares = vec4<f32>();
  // @unroll
  for (var i = 0u; i < LANE_WORDS; i++) {
    squares = fma(numbers[i], numbers[i], squares);
  }
  let factor = inverseSqrt(sum_lanes(lane, dot(squares, vec4<f32>(1.0))) / f32(WIDTH) + EPSILON);
  // @unroll
  for (var i = 0u; i < LANE_WORDS; i++) {
    let word = lane + i * WORKGROUP;
    if (word < WORDS) {
      var result = numbers[i] * factor * weight[word];
      if (CENTRED) {
        result += bias[word];
      }
      if (ADDS) {
        result += output[group.x * WORDS + word];
      }
      output[group.x * WORDS + word] = result;
    }
  }
}
