// findings[i] = how invocation i of a workgroup stands in its subgroup: its lane, the subgroup's size, and a mask with bit s set
// when the exchange by exclusive or with 2^s reached the invocation whose index differs from i by just that bit.
//
// grid: (workgroups of WORKGROUP). All exchanges are in uniform control flow.
@group(0) @binding(0) var<storage, read_write> findings: array<vec4<u32>>; // [workgroups · WORKGROUP]: lane, size, mask, 1

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) local_index: u32,
  @builtin(subgroup_invocation_id) lane: u32,
  @builtin(subgroup_size) size: u32,
) {
  var reached = 0u;
  for (var s = 0u; s < EXCHANGES; s++) {
    let other = subgroupShuffleXor(local_index, 1u << s);
    reached |= u32(other == (local_index ^ (1u << s))) << s;
  }
  findings[group.x * WORKGROUP + local_index] = vec4<u32>(lane, size, reached, 1u);
}
