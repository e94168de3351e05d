// Scores as whole numbers of the same order: −0 and 0 are one number, as they are one score.
fn rank_of(score: f32) -> u32 {
  let bits = bitcast<u32>(score);
  let positive = select(bits, 0u, bits == 0x80000000u);
  return positive ^ select(0x80000000u, 0xffffffffu, positive >> 31u == 1u);
}

fn score_of(rank: u32) -> f32 {
  return bitcast<f32>(rank ^ select(0xffffffffu, 0x80000000u, rank >> 31u == 1u));
}
