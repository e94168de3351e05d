// Two numbers of a key or value row, as the cache holds them: half-precision bits.
alias KvPair = u32;

fn pack_pair(pair: vec2<f32>) -> KvPair {
  return pack2x16float(pair);
}
