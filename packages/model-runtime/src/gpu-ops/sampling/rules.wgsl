// The draws of a step, each with the rules of its slot.
const HAS_BIAS = 1u;
const HAS_PENALTY = 2u;
const SAMPLES = 4u;
const TRUNCATES = 8u;

// A token's mark: whether prompt or generation has it, and how often it was drawn.
const SEEN = 0x80000000u;
const COUNT = 0x7fffffffu;

const NO_TOKEN = 0xffffffffu;
const LOWEST = -3.4028234663852886e38f;

// Tokens of a block; exponents of a bin, an eighth of a halving.
const BLOCK = WORKGROUP * ROUNDS;
const BIN_SHIFT = 19u;

struct SlotRules {
  flags: u32,
  // 0, which the compiler does not know.
  nothing: u32,
  penalty: f32,
  relief: f32,
  presence: f32,
  frequency: f32,
  exponent_scale: f32,
  top_k: u32,
  // (low, high) words of the share of the mass at which top-p's last token stands; all ones without top-p.
  nucleus_share: vec2<u32>,
  // The greatest exponent that min-p lets through.
  last_exponent: u32,
  padding: u32,
}

struct Draw {
  row: u32,
  slot: u32,
  // (low, high) words of the uniform number in units of 2^-64.
  uniform_share: vec2<u32>,
  rules: SlotRules,
}

struct Plan {
  // Tokens there are, and blocks of them, at most WORKGROUP.
  vocabulary: u32,
  blocks: u32,
  padding: vec2<u32>,
  draws: array<Draw, MOST_DRAWS>,
}

// The value rounded to f32. What follows cannot be fused with what came before: the bits pass through a number of unknown value.
fn rounded(value: f32, nothing: u32) -> f32 {
  return bitcast<f32>(bitcast<u32>(value) ^ nothing);
}
