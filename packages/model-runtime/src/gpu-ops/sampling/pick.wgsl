// tokens[slot] = the token of the greatest adjusted logit, of equal ones the lowest id: draws at temperature 0.
//
// grid: draws; those with a temperature are left to others.
@group(0) @binding(0) var<uniform> plan: Plan;
@group(0) @binding(1) var<storage, read> logits: array<f32>; // [rows, VOCABULARY]
@group(0) @binding(2) var<storage, read> stats: array<vec4<u32>>; // [draws, BLOCKS]
@group(0) @binding(3) var<storage, read_write> marks: array<u32>; // [slots, 2, VOCABULARY]
@group(0) @binding(4) var<storage, read_write> tokens: array<u32>; // [slots]
@group(0) @binding(5) var<storage, read_write> results: array<vec4<u32>>; // [draws]

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) index: u32) {
  if ((plan.draws[group.x].rules.flags & SAMPLES) != 0u) {
    return;
  }
  let blocks = merge_blocks(group.x, index);
  if (index == 0u) {
    settle(group.x, blocks.y, blocks);
  }
}
