// Rows of the cache as each invocation's two numbers, which are a word.
const ROW_WORDS = LANES;

fn put_key(row: u32, lane: u32, pair: vec2<f32>) {
  keys[row * ROW_WORDS + lane] = pack_pair(pair);
}

// The pair as it is stored.
fn put_value(row: u32, lane: u32, pair: vec2<f32>) -> vec2<f32> {
  let stored = pack_pair(pair);
  values[row * ROW_WORDS + lane] = stored;
  return unpack_pair(stored);
}

fn value_pair(row: u32, lane: u32) -> vec2<f32> {
  return unpack_pair(values[row * ROW_WORDS + lane]);
}
