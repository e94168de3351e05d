// number = (d · scale) · nibble − dmin · minimum: two f16 for 256 numbers, 6 bits each of scale and minimum for 32.
const SCALED = true;
const MINIMA = true;
@group(0) @binding(0) var<storage, read> words: array<vec2<u32>>; // [rows, UNITS]
@group(0) @binding(1) var<storage, read> scales: array<u32>; // [rows, UNITS / 16, 5]: f16 of both, then bytes for 64 numbers

struct Unit {
  word: vec2<u32>,
  factors: u32,
  six_bits: u32,
}

fn load_unit(row: u32, unit: u32) -> Unit {
  let at = row * UNITS + unit;
  let factors = at / 16u * 5u;
  return Unit(words[at], scales[factors], scales[factors + 1u + at / 4u % 4u]);
}

fn octet_levels(packed: Unit, octet: u32) -> array<vec4<f32>, 2> {
  return nibble_levels(select(packed.word.x, packed.word.y, octet == 1u));
}

fn octet_scale(packed: Unit, octet: u32) -> vec2<f32> {
  let both = vec4<f32>(unpack4xU8(packed.six_bits));
  return unpack2x16float(packed.factors) * select(both.xy, both.zw, octet == 1u) * vec2<f32>(1.0, -1.0);
}
