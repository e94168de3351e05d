// Exchange between the TEAM consecutive invocations of one team through workgroup memory, for devices without subgroups.
// Every function must be called in uniform control flow: it holds barriers.
const_assert LANES <= TEAM;

struct LaneInput {
  @builtin(local_invocation_index) local_index: u32,
}

var<workgroup> exchanged: array<u32, WORKGROUP>; // bits of whatever is exchanged
var<private> own_index: u32;

fn enter_lanes(input: LaneInput) {
  own_index = input.local_index;
}

// The value of the invocation whose index differs by the bits of `mask` < TEAM.
fn lane_xor(value: f32, mask: u32) -> f32 {
  exchanged[own_index] = bitcast<u32>(value);
  workgroupBarrier();
  let other = bitcast<f32>(exchanged[own_index ^ mask]);
  workgroupBarrier();
  return other;
}

fn lane_xor_i32(value: i32, mask: u32) -> i32 {
  exchanged[own_index] = bitcast<u32>(value);
  workgroupBarrier();
  let other = bitcast<i32>(exchanged[own_index ^ mask]);
  workgroupBarrier();
  return other;
}

// The value of lane `source` of the LANES lanes that this invocation is one of.
fn lane_get(value: f32, source: u32) -> f32 {
  exchanged[own_index] = bitcast<u32>(value);
  workgroupBarrier();
  let other = bitcast<f32>(exchanged[own_index / LANES * LANES + source]);
  workgroupBarrier();
  return other;
}

// Flags set in the team: (before this invocation, in all).
fn count_flags(flag: bool) -> vec2<u32> {
  exchanged[own_index] = u32(flag);
  workgroupBarrier();
  let first = own_index / TEAM * TEAM;
  var counts = vec2<u32>();
  for (var i = first; i < first + TEAM; i++) {
    counts += exchanged[i] * vec2<u32>(u32(i < own_index), 1u);
  }
  workgroupBarrier();
  return counts;
}
