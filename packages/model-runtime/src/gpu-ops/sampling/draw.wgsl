// tokens[slot] = the token in whose share of the mass the uniform number falls: in order of ids when every token may be drawn,
// else from the likeliest down among those that top-k, then top-p of what is left, then min-p let through.
//
// grid: draws; those at temperature 0 are left to others. Every set of tokens that rules keep is a beginning of one order, so
// that a rule is a place in it, and the draw is one more.
@group(0) @binding(0) var<uniform> plan: Plan;
@group(0) @binding(1) var<storage, read> logits: array<f32>; // [rows, VOCABULARY]
@group(0) @binding(2) var<storage, read> stats: array<vec4<u32>>; // [draws, BLOCKS]
@group(0) @binding(3) var<storage, read> rows: array<u32>; // [draws, 3, VOCABULARY]
@group(0) @binding(4) var<storage, read> masses: array<vec2<u32>>; // [draws, BLOCKS]
@group(0) @binding(5) var<storage, read> bins: array<u32>; // [draws, 4, WORKGROUP]
@group(0) @binding(6) var<storage, read_write> marks: array<u32>; // [slots, 2, VOCABULARY]
@group(0) @binding(7) var<storage, read_write> tokens: array<u32>; // [slots]
@group(0) @binding(8) var<storage, read_write> results: array<vec4<u32>>; // [draws]

var<workgroup> chosen_block: vec3<u32>;
var<workgroup> chosen_id: u32;

fn draw_any(place: u32, index: u32) -> u32 {
  var mass = vec3<u32>();
  if (index < plan.blocks) {
    mass = vec3<u32>(masses[place * plan.blocks + index], 0u);
  }
  let all = tally_all(mass, index);
  let target_mass = share_of(all.xy, plan.draws[place].uniform_share);
  let through = tally_through(mass, index);
  let before = minus(through, mass);
  if (is_at(before, through, target_mass, false)) {
    chosen_block = vec3<u32>(before.xy, index);
  }
  let block = workgroupUniformLoad(&chosen_block);
  let first = block.z * BLOCK + index * ROUNDS;
  var weights = array<u32, ROUNDS>();
  var own = vec3<u32>();
  // @unroll
  for (var r = 0u; r < ROUNDS; r++) {
    let exponent = rows[(place * 3u + 1u) * plan.vocabulary + min(first + r, plan.vocabulary - 1u)];
    weights[r] = select(0u, weight_of(exponent), first + r < plan.vocabulary);
    own = add(own, vec3<u32>(weights[r], 0u, 0u));
  }
  let own_through = add(vec3<u32>(block.xy, 0u), tally_through(own, index));
  var reached = minus(own_through, own);
  // @unroll
  for (var r = 0u; r < ROUNDS; r++) {
    let next = add(reached, vec3<u32>(weights[r], 0u, 0u));
    if (is_at(reached, next, target_mass, false)) {
      chosen_id = first + r;
    }
    reached = next;
  }
  return workgroupUniformLoad(&chosen_id);
}

// The tally of the tokens whose exponent is at most `last`.
fn tally_to(place: u32, own_bin: vec3<u32>, last: u32, index: u32) -> vec3<u32> {
  let bin = last >> BIN_SHIFT;
  let below = tally_all(select(vec3<u32>(), own_bin, vec3<bool>(index < bin)), index);
  let end = below.z + bins[place * 4u * WORKGROUP + bin];
  var own = vec3<u32>();
  for (var at = below.z + index; at < end; at += WORKGROUP) {
    let exponent = rows[(place * 3u + 1u) * plan.vocabulary + id_at(place * 3u * plan.vocabulary, at)];
    if (exponent <= last) {
      own = add(own, vec3<u32>(weight_of(exponent), 0u, 1u));
    }
  }
  return add(below, tally_all(own, index));
}

const TOP_K = 0u;
const TOP_P = 1u;
const DRAW = 2u;

fn is_asked(step: u32, own: SlotRules, kept: u32) -> bool {
  if (step == TOP_K) {
    return own.top_k > 0u && own.top_k < kept;
  }
  return step == DRAW || any(own.nucleus_share != vec2<u32>(0xffffffffu));
}

fn draw_likely(place: u32, index: u32) -> u32 {
  let draw = plan.draws[place];
  let own = draw.rules;
  let first_bin = place * 4u * WORKGROUP + index;
  let own_bin = vec3<u32>(bins[first_bin + WORKGROUP], bins[first_bin + 2u * WORKGROUP], bins[first_bin]);
  var kept = tally_all(own_bin, index);
  var id = 0u;
  for (var step = TOP_K; step <= DRAW; step++) {
    if (!is_asked(step, own, kept.z)) {
      continue;
    }
    if (step == DRAW && own.last_exponent < EXPONENT_END - 1u) {
      let likely = tally_to(place, own_bin, own.last_exponent, index);
      if (is_less(likely.xy, kept.xy)) {
        kept = likely;
      }
    }
    let mass = share_of(kept.xy, select(own.nucleus_share, draw.uniform_share, vec2<bool>(step == DRAW)));
    let target_place = select(mass, vec2<u32>(own.top_k - 1u, 0u), vec2<bool>(step == TOP_K));
    let token = find(place * 3u * plan.vocabulary, own_bin, target_place, step == TOP_K, index);
    kept = token.through;
    id = token.id;
  }
  return id;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) index: u32) {
  let flags = plan.draws[group.x].rules.flags;
  if ((flags & SAMPLES) == 0u) {
    return;
  }
  let blocks = merge_blocks(group.x, index);
  var id = 0u;
  if ((flags & TRUNCATES) != 0u) {
    id = draw_likely(group.x, index);
  } else {
    id = draw_any(group.x, index);
  }
  if (index == 0u) {
    settle(group.x, id, blocks);
  }
}
