// Keys and values as single-precision numbers, four in a 16-byte word.
const KV_WIDTH = 4u;
alias KvWord = vec4<f32>;
alias KvLoad = KvWord;

fn unpack_four(word: KvLoad, i: u32) -> vec4<f32> {
  return word;
}

fn load_key(row: u32, word: u32) -> KvLoad {
  return keys[row * CACHE_WORDS + word];
}

fn load_value(row: u32, word: u32) -> KvLoad {
  return values[row * CACHE_WORDS + word];
}
