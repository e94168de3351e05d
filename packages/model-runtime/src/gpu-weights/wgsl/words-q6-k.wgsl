// number = (d · scale) · (level − 32), levels of 6 bits: one f16 for 256 numbers, an int8 scale for 16.
const SCALED = true;
const MINIMA = false;
@group(0) @binding(0) var<storage, read> words: array<u32>; // [rows, 3 UNITS]: low nibbles (2 a unit), then high pairs of bits
@group(0) @binding(1) var<storage, read> scales: array<u32>; // [rows, UNITS / 16, 5]: the f16, then bytes for 64 numbers

struct Unit {
  nibbles: vec2<u32>,
  highs: u32,
  factor: u32,
  scales: u32, // four int8
  unit: u32,
}

fn load_unit(row: u32, unit: u32) -> Unit {
  let first = row * UNITS * 3u;
  let factor = (row * UNITS + unit) / 16u * 5u;
  return Unit(
    vec2<u32>(words[first + unit * 2u], words[first + unit * 2u + 1u]),
    words[first + UNITS * 2u + unit],
    scales[factor],
    scales[factor + 1u + unit / 4u % 4u],
    unit,
  );
}

fn octet_levels(packed: Unit, octet: u32) -> array<vec4<f32>, 2> {
  let nibbles = select(packed.nibbles.x, packed.nibbles.y, octet == 1u);
  let highs = packed.highs >> (octet * 4u);
  return array<vec4<f32>, 2>(
    centred((nibbles & LOW_NIBBLES) | ((highs & 0x03030303u) << 4u), 0x20202020u, 6u),
    centred(((nibbles >> 4u) & LOW_NIBBLES) | (((highs >> 2u) & 0x03030303u) << 4u), 0x20202020u, 6u),
  );
}

fn octet_scale(packed: Unit, octet: u32) -> vec2<f32> {
  let scale = extractBits(bitcast<i32>(packed.scales), (packed.unit % 4u / 2u + octet * 2u) * 8u, 8u);
  return vec2<f32>(unpack2x16float(packed.factor).x * f32(scale), 0.0);
}
