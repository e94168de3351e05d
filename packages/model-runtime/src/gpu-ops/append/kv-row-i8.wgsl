// Rows of the cache as whole numbers of eight bits and a scale: a word holds the pairs of two neighbouring invocations.
//   scale = max |x| / 127, numbers = round(x / scale)
const ROW_WORDS = HEAD_DIM / 4u;
alias KvWord = u32;
const_assert HEAD_DIM % 4u == 0u;

var<workgroup> lane_pairs: array<vec2<f32>, LANES>;
var<workgroup> greatest_bits: atomic<u32>; // magnitudes order as their bits do, and what is no number above all

// A word of a row and what it is multiplied by.
struct ScaledWord {
  word: u32,
  scale: f32,
}

// The word that holds the lane's pair. Once an invocation, by all of a workgroup.
fn quantised(lane: u32, pair: vec2<f32>) -> ScaledWord {
  lane_pairs[lane] = pair;
  atomicMax(&greatest_bits, bitcast<u32>(max(abs(pair.x), abs(pair.y))));
  workgroupBarrier();
  let scale = row_scale(bitcast<f32>(atomicLoad(&greatest_bits)));
  let first = lane / 2u * 2u;
  return ScaledWord(pack_whole_numbers(vec4<f32>(lane_pairs[first], lane_pairs[first + 1u]), scale), scale);
}

fn pair_of(scaled: ScaledWord, lane: u32) -> vec2<f32> {
  let four = vec4<f32>(unpack4xI8(scaled.word));
  return scaled.scale * select(four.zw, four.xy, lane % 2u == 0u);
}

fn put_key(row: u32, lane: u32, pair: vec2<f32>) {
  let scaled = quantised(lane, pair);
  if (lane % 2u == 0u) {
    keys[row * ROW_WORDS + lane / 2u] = scaled.word;
  }
  if (lane == 0u) {
    scales[row] = scaled.scale;
  }
}

// The pair as it is stored.
fn put_value(row: u32, lane: u32, pair: vec2<f32>) -> vec2<f32> {
  let scaled = quantised(lane, pair);
  if (lane % 2u == 0u) {
    values[row * ROW_WORDS + lane / 2u] = scaled.word;
  }
  if (lane == 0u) {
    scales[VALUE_SCALES + row] = scaled.scale;
  }
  return pair_of(scaled, lane);
}

fn value_pair(row: u32, lane: u32) -> vec2<f32> {
  return pair_of(ScaledWord(values[row * ROW_WORDS + lane / 2u], scales[VALUE_SCALES + row]), lane);
}
