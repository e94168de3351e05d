// Keys and values as half-precision bits, eight in a 16-byte word, widened by the shader-f16 feature.
const KV_WIDTH = 8u;
alias KvWord = vec4<u32>;

fn unpack_kv(word: KvWord) -> array<f32, KV_WIDTH> {
  let a = vec2<f32>(bitcast<vec2<f16>>(word.x));
  let b = vec2<f32>(bitcast<vec2<f16>>(word.y));
  let c = vec2<f32>(bitcast<vec2<f16>>(word.z));
  let d = vec2<f32>(bitcast<vec2<f16>>(word.w));
  return array<f32, KV_WIDTH>(a.x, a.y, b.x, b.y, c.x, c.y, d.x, d.y);
}
