// number = scale · level + minimum, levels of 5 bits, both f16, for 32 numbers.
const SCALED = true;
const MINIMA = true;
@group(0) @binding(0) var<storage, read> words: array<vec2<u32>>; // [rows, UNITS]
@group(0) @binding(1) var<storage, read> scales: array<vec4<u32>>; // [rows, UNITS / 4]: (scale, minimum) and fifth bits of both blocks

struct Unit {
  word: vec2<u32>,
  bits: vec2<u32>,
  scales: vec2<u32>,
}

fn load_unit(row: u32, unit: u32) -> Unit {
  let at = row * UNITS + unit;
  let pair = scales[at / 4u];
  return Unit(words[at], pair.zw >> vec2<u32>(unit % 4u * 8u), pair.xy);
}

fn octet_levels(packed: Unit, octet: u32) -> array<vec4<f32>, 2> {
  let bits = select(packed.bits.x, packed.bits.y, octet == 1u);
  return five_bit_levels(select(packed.word.x, packed.word.y, octet == 1u), bits);
}

fn octet_scale(packed: Unit, octet: u32) -> vec2<f32> {
  return unpack2x16float(select(packed.scales.x, packed.scales.y, octet == 1u));
}
