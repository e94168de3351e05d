// Sums over the invocations before one's own: in registers within a team of TEAM consecutive ones, which never spans two
// subgroups, and over the teams in workgroup memory.
const_assert TEAM > 1u;
const TEAMS = WORKGROUP / TEAM;

var<workgroup> team_totals: array<u32, TEAMS>;

fn sum_before(value: u32, index: u32) -> u32 {
  var through = value;
  // @unroll
  for (var s = 0u; s < TEAM_BITS; s++) {
    let lower = subgroupShuffleUp(through, 1u << s);
    through += select(0u, lower, index % TEAM >= (1u << s));
  }
  if (index % TEAM == TEAM - 1u) {
    team_totals[index / TEAM] = through;
  }
  workgroupBarrier();
  var sum = through - value;
  // @unroll
  for (var t = 0u; t < TEAMS; t++) {
    sum += select(0u, team_totals[t], t < index / TEAM);
  }
  workgroupBarrier();
  return sum;
}

// The greatest value of the team.
fn team_max(value: u32) -> u32 {
  var top = value;
  // @unroll
  for (var s = 0u; s < TEAM_BITS; s++) {
    top = max(top, subgroupShuffleXor(top, 1u << s));
  }
  return top;
}
