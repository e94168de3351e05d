// Weights as bf16, the upper halves of f32: a unit is one word of eight.
@group(0) @binding(0) var<storage, read> words: array<vec4<u32>>; // [rows, UNITS]

struct Unit {
  word: vec4<u32>,
}

fn load_unit(row: u32, unit: u32) -> Unit {
  return Unit(words[row * UNITS + unit]);
}

fn widen_pairs(pairs: vec2<u32>) -> vec4<f32> {
  return bitcast<vec4<f32>>(vec4<u32>(pairs.x << 16u, pairs.x & 0xffff0000u, pairs.y << 16u, pairs.y & 0xffff0000u));
}

fn octet_levels(packed: Unit, octet: u32) -> array<vec4<f32>, 2> {
  return array<vec4<f32>, 2>(widen_pairs(packed.word.xy), widen_pairs(packed.word.zw));
}
