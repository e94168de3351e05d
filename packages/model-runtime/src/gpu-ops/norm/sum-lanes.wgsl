// Adds one number of each of the SUM_LANES invocations of a workgroup, in the same order each time. To be called in
// uniform control flow by all of them.
var<workgroup> lane_sums: array<f32, SUM_LANES>;

fn sum_lanes(lane: u32, own: f32) -> f32 {
  lane_sums[lane] = own;
  workgroupBarrier();
  for (var left = SUM_LANES; left > 1u; left = (left + 1u) / 2u) {
    if (lane < left / 2u) {
      lane_sums[lane] += lane_sums[lane + (left + 1u) / 2u];
    }
    workgroupBarrier();
  }
  let sum = lane_sums[0];
  workgroupBarrier();
  return sum;
}
