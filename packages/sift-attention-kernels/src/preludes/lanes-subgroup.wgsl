// Exchange between the TEAM consecutive invocations of one team through subgroup operations. TEAM is a power of two, at
// most the least subgroup size and 32, so a team never spans two subgroups.
const_assert TEAM <= 32u && LANES <= TEAM;

struct LaneInput {
  @builtin(local_invocation_index) local_index: u32,
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
}

var<private> subgroup_lane: u32;

fn enter_lanes(input: LaneInput) {
  subgroup_lane = input.subgroup_lane;
}

// The value of the invocation whose index differs by the bits of `mask` < TEAM.
fn lane_xor(value: f32, mask: u32) -> f32 {
  return subgroupShuffleXor(value, mask);
}

fn lane_xor_i32(value: i32, mask: u32) -> i32 {
  return subgroupShuffleXor(value, mask);
}

// The value of lane `source` of the LANES lanes that this invocation is one of.
fn lane_get(value: f32, source: u32) -> f32 {
  return subgroupShuffle(value, subgroup_lane / LANES * LANES + source);
}

// Flags set in the team: (before this invocation, in all).
fn count_flags(flag: bool) -> vec2<u32> {
  let ballot = subgroupBallot(flag);
  let bits = extractBits(ballot[subgroup_lane / 32u], subgroup_lane % 32u / TEAM * TEAM, TEAM);
  return vec2<u32>(countOneBits(extractBits(bits, 0u, subgroup_lane % TEAM)), countOneBits(bits));
}
