// Two numbers of a key or value row, as the cache holds them.
alias KvWord = vec2<f32>;

fn pack_pair(pair: vec2<f32>) -> KvWord {
  return pair;
}

fn unpack_pair(pair: KvWord) -> vec2<f32> {
  return pair;
}
