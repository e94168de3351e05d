// number = scale · (level − 16), levels of 5 bits, one f16 scale for 32 numbers.
const SCALED = true;
const MINIMA = false;
@group(0) @binding(0) var<storage, read> words: array<vec2<u32>>; // [rows, UNITS]
@group(0) @binding(1) var<storage, read> scales: array<u32>; // [rows, UNITS / 4, 3]: f16 of both blocks, fifth bits of each

struct Unit {
  word: vec2<u32>,
  bits: vec2<u32>,
  scales: u32,
}

fn load_unit(row: u32, unit: u32) -> Unit {
  let at = row * UNITS + unit;
  let pair = at / 4u * 3u;
  return Unit(words[at], vec2<u32>(scales[pair + 1u], scales[pair + 2u]) >> vec2<u32>(unit % 4u * 8u), scales[pair]);
}

fn octet_levels(packed: Unit, octet: u32) -> array<vec4<f32>, 2> {
  let word = select(packed.word.x, packed.word.y, octet == 1u);
  let bits = select(packed.bits.x, packed.bits.y, octet == 1u);
  return array<vec4<f32>, 2>(
    centred((word & LOW_NIBBLES) | fifth_bits(bits), 0x10101010u, 14u),
    centred(((word >> 4u) & LOW_NIBBLES) | fifth_bits(bits >> 4u), 0x10101010u, 14u),
  );
}

fn octet_scale(packed: Unit, octet: u32) -> vec2<f32> {
  let both = unpack2x16float(packed.scales);
  return vec2<f32>(select(both.x, both.y, octet == 1u), 0.0);
}
