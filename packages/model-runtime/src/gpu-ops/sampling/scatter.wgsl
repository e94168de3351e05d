// rows[draw, 2, :] = ids of the tokens with weight, bin after bin, in any order within a bin.
//
// grid: (blocks of BLOCK tokens, draws whose rules truncate). Places come from a counter a bin.
@group(0) @binding(0) var<uniform> plan: Plan;
@group(0) @binding(1) var<storage, read_write> rows: array<u32>; // [draws, 3, VOCABULARY]
@group(0) @binding(2) var<storage, read_write> bins: array<atomic<u32>>; // [draws, 4, WORKGROUP]

var<workgroup> starts: array<u32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) index: u32) {
  if ((plan.draws[group.y].rules.flags & TRUNCATES) == 0u) {
    return;
  }
  let first_bin = group.y * 4u * WORKGROUP;
  let number = atomicLoad(&bins[first_bin + index]);
  starts[index] = tally_through(vec3<u32>(0u, 0u, number), index).z - number;
  workgroupBarrier();
  let row = group.y * 3u * plan.vocabulary;
  // @unroll
  for (var r = 0u; r < ROUNDS; r++) {
    let id = group.x * BLOCK + index + r * WORKGROUP;
    if (id < plan.vocabulary) {
      let exponent = rows[row + plan.vocabulary + id];
      if (exponent < EXPONENT_END) {
        let bin = exponent >> BIN_SHIFT;
        let place = atomicAdd(&bins[first_bin + 3u * WORKGROUP + bin], 1u);
        rows[row + 2u * plan.vocabulary + starts[bin] + place] = id;
      }
    }
  }
}
