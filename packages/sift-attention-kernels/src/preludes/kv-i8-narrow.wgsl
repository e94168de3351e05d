// Keys and values as whole numbers of eight bits, eight in an 8-byte word. Each row has a scale elsewhere.
const KV_WIDTH = 8u;
alias KvWord = vec2<u32>;

fn kv_quads(word: KvWord) -> array<u32, KV_WIDTH / 4u> {
  return array<u32, KV_WIDTH / 4u>(word.x, word.y);
}
