// number = scale · (nibble − 8), one f16 scale for 32 numbers.
const SCALED = true;
const MINIMA = false;
@group(0) @binding(0) var<storage, read> words: array<vec2<u32>>; // [rows, UNITS]
@group(0) @binding(1) var<storage, read> scales: array<u32>; // [rows, UNITS / 4]: f16 of both blocks

struct Unit {
  word: vec2<u32>,
  scales: u32,
}

fn load_unit(row: u32, unit: u32) -> Unit {
  let at = row * UNITS + unit;
  return Unit(words[at], scales[at / 4u]);
}

fn octet_levels(packed: Unit, octet: u32) -> array<vec4<f32>, 2> {
  let word = select(packed.word.x, packed.word.y, octet == 1u);
  return array<vec4<f32>, 2>(centred(word & LOW_NIBBLES, 0x08080808u, 30u), centred((word >> 4u) & LOW_NIBBLES, 0x08080808u, 30u));
}

fn octet_scale(packed: Unit, octet: u32) -> vec2<f32> {
  let both = unpack2x16float(packed.scales);
  return vec2<f32>(select(both.x, both.y, octet == 1u), 0.0);
}
