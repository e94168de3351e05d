// Keys and values as half-precision bits, eight in a 16-byte word.
const KV_WIDTH = 8u;
alias KvWord = vec4<u32>;

fn unpack_kv(word: KvWord) -> array<f32, KV_WIDTH> {
  let a = unpack2x16float(word.x);
  let b = unpack2x16float(word.y);
  let c = unpack2x16float(word.z);
  let d = unpack2x16float(word.w);
  return array<f32, KV_WIDTH>(a.x, a.y, b.x, b.y, c.x, c.y, d.x, d.y);
}
