// Keys and values as half-precision bits, eight in a 16-byte word.
const KV_WIDTH = 8u;
alias KvWord = vec4<u32>;
alias KvLoad = KvWord;

// Four of the word's numbers, from number 4 · i on.
fn unpack_four(word: KvLoad, i: u32) -> vec4<f32> {
  return vec4<f32>(unpack2x16float(word[2u * i]), unpack2x16float(word[2u * i + 1u]));
}

fn load_key(row: u32, word: u32) -> KvLoad {
  return keys[row * CACHE_WORDS + word];
}

fn load_value(row: u32, word: u32) -> KvLoad {
  return values[row * CACHE_WORDS + word];
}
