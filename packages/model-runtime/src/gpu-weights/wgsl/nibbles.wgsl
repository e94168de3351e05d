// Octets of nibbles: the low ones of a word's bytes are numbers 0 to 3, the high ones 4 to 7.
const LOW_NIBBLES = 0x0f0f0f0fu;

// 0 to 15.
fn nibble_levels(word: u32) -> array<vec4<f32>, 2> {
  return array<vec4<f32>, 2>(
    vec4<f32>(unpack4xU8(word & LOW_NIBBLES)),
    vec4<f32>(unpack4xU8((word >> 4u) & LOW_NIBBLES)),
  );
}

// The fifth bits of four numbers, each in place in its byte.
fn fifth_bits(four: u32) -> u32 {
  return (((four & 15u) * 0x00204081u) & 0x01010101u) << 4u;
}

// 0 to 31: the lowest eight of `bits` are the fifth ones.
fn five_bit_levels(word: u32, bits: u32) -> array<vec4<f32>, 2> {
  return array<vec4<f32>, 2>(
    vec4<f32>(unpack4xU8((word & LOW_NIBBLES) | fifth_bits(bits))),
    vec4<f32>(unpack4xU8(((word >> 4u) & LOW_NIBBLES) | fifth_bits(bits >> 4u))),
  );
}

// Bytes less 2^b, as numbers: `sign` is bit b of each byte, `carry` 2^(8 − b) − 2, which copies it into the bits above.
fn centred(bytes: u32, sign: u32, carry: u32) -> vec4<f32> {
  let flipped = bytes ^ sign;
  return vec4<f32>(unpack4xI8(flipped | ((flipped & sign) * carry)));
}
