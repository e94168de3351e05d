// Octets of nibbles: the low ones of a word's bytes are numbers 0 to 3, the high ones 4 to 7.
const LOW_NIBBLES = 0x0f0f0f0fu;

// 0 to 15.
fn nibble_levels(word: u32) -> array<vec4<f32>, 2> {
  return array<vec4<f32>, 2>(
    vec4<f32>(unpack4xU8(word & LOW_NIBBLES)),
    vec4<f32>(unpack4xU8((word >> 4u) & LOW_NIBBLES)),
  );
}
