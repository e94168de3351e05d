// Two numbers of a key or value row, as the cache holds them.
alias KvPair = vec2<f32>;

fn pack_pair(pair: vec2<f32>) -> KvPair {
  return pair;
}

fn unpack_pair(pair: KvPair) -> vec2<f32> {
  return pair;
}
