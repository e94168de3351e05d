// Keys and values as whole numbers of eight bits, sixteen in a 16-byte word. Each row has a scale elsewhere.
const KV_WIDTH = 16u;
alias KvWord = vec4<u32>;

fn kv_quads(word: KvWord) -> array<u32, KV_WIDTH / 4u> {
  return array<u32, KV_WIDTH / 4u>(word.x, word.y, word.z, word.w);
}
