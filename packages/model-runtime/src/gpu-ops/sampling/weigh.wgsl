// rows[draw, 1, id] = the token's exponent, by which its weight is known; masses[draw, block] = the sum of a block's weights.
// bins[draw, :, b] = tally of the tokens whose exponent lies in bin b, an eighth of a halving, where rules truncate.
//
// grid: (blocks of BLOCK tokens, draws); draws at temperature 0 have nothing to weigh.
@group(0) @binding(0) var<uniform> plan: Plan;
@group(0) @binding(1) var<storage, read> stats: array<vec4<u32>>; // [draws, BLOCKS]
@group(0) @binding(2) var<storage, read_write> rows: array<u32>; // [draws, 3, VOCABULARY]
@group(0) @binding(3) var<storage, read_write> masses: array<vec2<u32>>; // [draws, BLOCKS]
@group(0) @binding(4) var<storage, read_write> bins: array<atomic<u32>>; // [draws, 4, WORKGROUP]

var<workgroup> greatest_rank: atomic<u32>;
var<workgroup> counts: array<atomic<u32>, WORKGROUP>;
var<workgroup> lows: array<atomic<u32>, WORKGROUP>;
var<workgroup> highs: array<atomic<u32>, WORKGROUP>;

// Every addition that passes 2^32 sees that it does, in whatever order they come.
fn count(exponent: u32, weight: u32) {
  let bin = exponent >> BIN_SHIFT;
  atomicAdd(&counts[bin], 1u);
  let before = atomicAdd(&lows[bin], weight);
  if (before + weight < before) {
    atomicAdd(&highs[bin], 1u);
  }
}

fn leave_bin(first: u32, bin: u32) {
  let number = atomicLoad(&counts[bin]);
  if (number == 0u) {
    return;
  }
  let low = atomicLoad(&lows[bin]);
  atomicAdd(&bins[first + bin], number);
  let before = atomicAdd(&bins[first + WORKGROUP + bin], low);
  let carry = u32(before + low < before);
  atomicAdd(&bins[first + 2u * WORKGROUP + bin], atomicLoad(&highs[bin]) + carry);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) index: u32) {
  let own = plan.draws[group.y].rules;
  if ((own.flags & SAMPLES) == 0u) {
    return;
  }
  if (index < plan.blocks) {
    atomicMax(&greatest_rank, stats[group.y * plan.blocks + index].x);
  }
  workgroupBarrier();
  let greatest = atomicLoad(&greatest_rank);
  let truncates = (own.flags & TRUNCATES) != 0u;
  let row = group.y * 3u * plan.vocabulary;
  var mass = vec3<u32>();
  // @unroll
  for (var r = 0u; r < ROUNDS; r++) {
    let id = group.x * BLOCK + index + r * WORKGROUP;
    if (id < plan.vocabulary) {
      let exponent = exponent_of(rows[row + id], greatest, own);
      let weight = weight_of(exponent);
      rows[row + plan.vocabulary + id] = exponent;
      mass = add(mass, vec3<u32>(weight, 0u, 1u));
      if (truncates && weight > 0u) {
        count(exponent, weight);
      }
    }
  }
  let all = tally_all(mass, index);
  if (index == 0u) {
    masses[group.y * plan.blocks + group.x] = all.xy;
  }
  if (truncates) {
    leave_bin(group.y * 4u * WORKGROUP, index);
  }
}
