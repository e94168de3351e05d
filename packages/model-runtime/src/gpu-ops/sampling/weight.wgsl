// weight = 2^31 · 2^(−exponent / 2^22), rounded to a whole number by whole-number arithmetic: the same on every device.
// Exponents count how far a logit lies below the maximum; from EXPONENT_END on there is no weight.
const EXPONENT_END = 0x8000000u;

fn exponent_of(rank: u32, greatest: u32, rules: SlotRules) -> u32 {
  let logit = logit_of(rank);
  let maximum = logit_of(greatest);
  if (rank == greatest) {
    return 0u;
  }
  if (!is_finite(logit) || !is_finite(maximum)) {
    return EXPONENT_END;
  }
  let exponent = rounded(maximum - logit, rules.nothing) * rules.exponent_scale;
  if (is_finite(exponent) && exponent < f32(EXPONENT_END)) {
    return u32(exponent);
  }
  return EXPONENT_END;
}

// floor(fraction · value / 2^22).
fn part_of(fraction: u32, value: u32) -> u32 {
  let words = product(fraction, value);
  return (words.y << 10u) | (words.x >> 22u);
}

fn weight_of(exponent: u32) -> u32 {
  if (exponent >= EXPONENT_END) {
    return 0u;
  }
  let fraction = exponent & 0x3fffffu;
  var fall = C4 - part_of(fraction, C5);
  fall = C3 - part_of(fraction, fall);
  fall = C2 - part_of(fraction, fall);
  fall = C1 - part_of(fraction, fall);
  let halvings = exponent >> 22u;
  return (0x80000000u - part_of(fraction, fall) + ((1u << halvings) >> 1u)) >> halvings;
}
