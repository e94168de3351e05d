// Keys and values as whole numbers of eight bits, eight in an 8-byte word, and a scale for each row.
const KV_WIDTH = 8u;
alias KvWord = vec2<u32>;
// A word, and the bits of its row's scale.
alias KvLoad = vec3<u32>;

@group(0) @binding(5) var<storage, read> scales: array<f32>; // [2, VALUE_SCALES]: of key rows, then of value rows

// Four of the word's numbers, from number 4 · i on.
fn unpack_four(word: KvLoad, i: u32) -> vec4<f32> {
  return bitcast<f32>(word.z) * vec4<f32>(unpack4xI8(word[i]));
}

fn load_key(row: u32, word: u32) -> KvLoad {
  return KvLoad(keys[row * CACHE_WORDS + word], bitcast<u32>(scales[row]));
}

fn load_value(row: u32, word: u32) -> KvLoad {
  return KvLoad(values[row * CACHE_WORDS + word], bitcast<u32>(scales[VALUE_SCALES + row]));
}
