// Exchange between the LANES consecutive invocations of a team through workgroup memory. Called in uniform control flow only:
// it holds barriers.
var<workgroup> exchanged: array<f32, WORKGROUP>;

fn lane_xor(value: f32, mask: u32, local_index: u32) -> f32 {
  exchanged[local_index] = value;
  workgroupBarrier();
  let other = exchanged[local_index ^ mask];
  workgroupBarrier();
  return other;
}
