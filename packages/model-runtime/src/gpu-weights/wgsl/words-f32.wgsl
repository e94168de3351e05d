// Weights in f32: a unit is two words of four.
@group(0) @binding(0) var<storage, read> words: array<vec4<f32>>; // [rows, UNITS, 2]

struct Unit {
  lower: vec4<f32>,
  upper: vec4<f32>,
}

fn load_unit(row: u32, unit: u32) -> Unit {
  let at = (row * UNITS + unit) * 2u;
  return Unit(words[at], words[at + 1u]);
}

fn octet_levels(packed: Unit, octet: u32) -> array<vec4<f32>, 2> {
  return array<vec4<f32>, 2>(packed.lower, packed.upper);
}
