// Two numbers of a key or value row, as the cache holds them: half-precision bits.
alias KvWord = u32;

fn pack_pair(pair: vec2<f32>) -> KvWord {
  return pack2x16float(pair);
}

fn unpack_pair(pair: KvWord) -> vec2<f32> {
  return unpack2x16float(pair);
}
