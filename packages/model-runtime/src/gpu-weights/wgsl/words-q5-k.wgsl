// number = (d · scale) · level − dmin · minimum, levels of 5 bits: two f16 for 256 numbers, 6 bits each of scale and minimum for 32.
const SCALED = true;
const MINIMA = true;
@group(0) @binding(0) var<storage, read> words: array<vec2<u32>>; // [rows, UNITS]
@group(0) @binding(1) var<storage, read> scales: array<u32>; // [rows, UNITS / 16, 13]: both f16, then for 64 numbers their bytes and fifth bits

struct Unit {
  word: vec2<u32>,
  bits: vec2<u32>,
  factors: u32,
  six_bits: u32,
}

fn load_unit(row: u32, unit: u32) -> Unit {
  let at = row * UNITS + unit;
  let first = at / 16u * 13u;
  let pair = first + 1u + at / 4u % 4u * 3u;
  let bits = vec2<u32>(scales[pair + 1u], scales[pair + 2u]) >> vec2<u32>(unit % 4u * 8u);
  return Unit(words[at], bits, scales[first], scales[pair]);
}

fn octet_levels(packed: Unit, octet: u32) -> array<vec4<f32>, 2> {
  let bits = select(packed.bits.x, packed.bits.y, octet == 1u);
  return five_bit_levels(select(packed.word.x, packed.word.y, octet == 1u), bits);
}

fn octet_scale(packed: Unit, octet: u32) -> vec2<f32> {
  let both = vec4<f32>(unpack4xU8(packed.six_bits));
  return unpack2x16float(packed.factors) * select(both.xy, both.zw, octet == 1u) * vec2<f32>(1.0, -1.0);
}
