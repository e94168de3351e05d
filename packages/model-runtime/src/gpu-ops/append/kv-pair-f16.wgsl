// Two numbers of a key or value row, as the cache holds them: half-precision bits.
alias KvPair = u32;

fn pack_pair(pair: vec2<f32>) -> KvPair {
  return pack2x16float(pair);
}

fn unpack_pair(pair: KvPair) -> vec2<f32> {
  return unpack2x16float(pair);
}
