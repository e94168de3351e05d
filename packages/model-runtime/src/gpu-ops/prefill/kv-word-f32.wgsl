// Keys and values as single-precision numbers, four in a 16-byte word.
const KV_WIDTH = 4u;
alias KvWord = vec4<f32>;

fn unpack_four(word: KvWord, i: u32) -> vec4<f32> {
  return word;
}
