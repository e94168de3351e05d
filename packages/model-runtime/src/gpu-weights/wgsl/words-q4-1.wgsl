// number = scale · nibble + minimum, both f16, for 32 numbers.
const SCALED = true;
const MINIMA = true;
@group(0) @binding(0) var<storage, read> words: array<vec2<u32>>; // [rows, UNITS]
@group(0) @binding(1) var<storage, read> scales: array<vec2<u32>>; // [rows, UNITS / 4]: (scale, minimum) of both blocks

struct Unit {
  word: vec2<u32>,
  scales: vec2<u32>,
}

fn load_unit(row: u32, unit: u32) -> Unit {
  let at = row * UNITS + unit;
  return Unit(words[at], scales[at / 4u]);
}

fn octet_levels(packed: Unit, octet: u32) -> array<vec4<f32>, 2> {
  return nibble_levels(select(packed.word.x, packed.word.y, octet == 1u));
}

fn octet_scale(packed: Unit, octet: u32) -> vec2<f32> {
  return unpack2x16float(select(packed.scales.x, packed.scales.y, octet == 1u));
}
