// What a draw leaves: the slot's token, the result for the processor, and the token's count for the penalties.
const IS_FINITE = 1u;

var<workgroup> parts: array<vec4<u32>, WORKGROUP>;

fn merged_parts(a: vec4<u32>, b: vec4<u32>) -> vec4<u32> {
  let is_first = a.x > b.x || (a.x == b.x && a.y < b.y);
  let sums = bitcast<vec4<f32>>(vec4<u32>(a.zw, b.zw));
  let maximum = max(sums.x, sums.z);
  let sum = sums.y * exp(sums.x - maximum) + sums.w * exp(sums.z - maximum);
  // A block with a logit that is not finite has no token: neither has all of it.
  let id = select(select(b.y, a.y, is_first), NO_TOKEN, a.y == NO_TOKEN || b.y == NO_TOKEN);
  return vec4<u32>(max(a.x, b.x), id, bitcast<u32>(maximum), bitcast<u32>(sum));
}

// All blocks of a draw as one. Must be called in uniform control flow.
fn merge_blocks(draw: u32, index: u32) -> vec4<u32> {
  // A part of nothing changes nothing: the lowest rank, and an id that loses to every other one.
  parts[index] = vec4<u32>(0u, NO_TOKEN - 1u, bitcast<u32>(LOWEST), 0u);
  if (index < plan.blocks) {
    parts[index] = stats[draw * plan.blocks + index];
  }
  for (var distance = WORKGROUP / 2u; distance > 0u; distance /= 2u) {
    workgroupBarrier();
    if (index < distance) {
      parts[index] = merged_parts(parts[index], parts[index + distance]);
    }
  }
  return workgroupUniformLoad(&parts[0]);
}

// By one invocation. `blocks` is the merged part of all blocks.
fn settle(place: u32, id: u32, blocks: vec4<u32>) {
  let draw = plan.draws[place];
  if (blocks.y == NO_TOKEN) {
    tokens[draw.slot] = 0u;
    results[place] = vec4<u32>();
    return;
  }
  let sums = bitcast<vec2<f32>>(blocks.zw);
  let logprob = logits[draw.row * plan.vocabulary + id] - sums.x - log(sums.y);
  tokens[draw.slot] = id;
  results[place] = vec4<u32>(id, bitcast<u32>(logprob), IS_FINITE, 0u);
  if ((draw.rules.flags & HAS_PENALTY) != 0u) {
    let at = (draw.slot * 2u + 1u) * plan.vocabulary + id;
    marks[at] = (marks[at] | SEEN) + 1u;
  }
}
