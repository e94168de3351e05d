// Weights as half-precision bits: a unit is one word of eight.
@group(0) @binding(0) var<storage, read> words: array<vec4<u32>>; // [rows, UNITS]

struct Unit {
  word: vec4<u32>,
}

fn load_unit(row: u32, unit: u32) -> Unit {
  return Unit(words[row * UNITS + unit]);
}

fn octet_levels(packed: Unit, octet: u32) -> array<vec4<f32>, 2> {
  return array<vec4<f32>, 2>(
    vec4<f32>(unpack2x16float(packed.word.x), unpack2x16float(packed.word.y)),
    vec4<f32>(unpack2x16float(packed.word.z), unpack2x16float(packed.word.w)),
  );
}
