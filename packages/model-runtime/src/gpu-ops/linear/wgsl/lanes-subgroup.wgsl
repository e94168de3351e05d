// Exchange between the LANES consecutive invocations of a team, which never spans two subgroups.
const_assert LANES <= 64u;

fn lane_xor(value: f32, mask: u32, local_index: u32) -> f32 {
  return subgroupShuffleXor(value, mask);
}
