// weight = 2^31 · 2^(−exponent / 2^26), rounded to a whole number by whole-number arithmetic: the same on every device.
// Exponents count how far a logit lies below the maximum; from EXPONENT_END on there is no weight.
const EXPONENT_END = 0x80000000u;

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
  if (is_finite(exponent) && exponent < 2147483648.0) {
    return u32(exponent);
  }
  return EXPONENT_END;
}

fn weight_of(exponent: u32) -> u32 {
  if (exponent >= EXPONENT_END) {
    return 0u;
  }
  let fraction = exponent << 6u;
  var fall = C4 - product(fraction, C5).y;
  fall = C3 - product(fraction, fall).y;
  fall = C2 - product(fraction, fall).y;
  fall = C1 - product(fraction, fall).y;
  let weight = 0x80000000u - (product(fraction, fall).y >> 1u);
  let halvings = exponent >> 26u;
  return (weight + ((1u << halvings) >> 1u)) >> halvings;
}
