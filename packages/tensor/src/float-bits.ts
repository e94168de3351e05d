const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

/** The 32 bits of a number rounded to f32, as an unsigned integer. */
export function float32Bits(value: number): number {
  float[0] = value;
  return word[0]!;
}

/** The number that 32 bits mean as f32. */
export function float32FromBits(bits: number): number {
  word[0] = bits;
  return float[0]!;
}
