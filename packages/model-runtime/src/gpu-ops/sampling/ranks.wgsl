// Logits as whole numbers of the same order: −0 and 0 are one number, as they are one logit.
fn rank_of(logit: f32) -> u32 {
  let bits = bitcast<u32>(logit);
  let positive = select(bits, 0u, bits == 0x80000000u);
  return positive ^ select(0x80000000u, 0xffffffffu, positive >> 31u == 1u);
}

fn logit_of(rank: u32) -> f32 {
  return bitcast<f32>(rank ^ select(0xffffffffu, 0x80000000u, rank >> 31u == 1u));
}

// By its bits: compilers may take for granted that there is no other number.
fn is_finite(logit: f32) -> bool {
  return (bitcast<u32>(logit) & 0x7f800000u) != 0x7f800000u;
}
