import { halfToFloat } from "./half-float.ts";

/**
 * q4_k: 256 numbers in 8 groups of 32, each q · scale − minimum with a 6-bit scale and minimum per group, themselves
 * multiplied by the two f16 in front. Bytes: f16 scale, f16 minimum, 12 of packed 6-bit numbers, 128 of nibbles.
 */
export function unpackQ4K(bytes: DataView, offset: number, out: Float32Array, at: number): void {
  const scale = halfToFloat(bytes.getUint16(offset, true));
  const minimum = halfToFloat(bytes.getUint16(offset + 2, true));
  for (let group = 0; group < 8; group++) {
    const groupScale = Math.fround(scale * groupSixBits(bytes, offset + 4, group, 0));
    const groupMinimum = Math.fround(minimum * groupSixBits(bytes, offset + 4, group, 4));
    const nibbles = offset + 16 + (group >> 1) * 32;
    const shift = (group & 1) * 4;
    for (let i = 0; i < 32; i++) {
      const level = (bytes.getUint8(nibbles + i) >> shift) & 15;
      out[at + group * 32 + i] = Math.fround(groupScale * level) - groupMinimum;
    }
  }
}

/**
 * The 6-bit scale (`part` 0) or minimum (`part` 4) of a group. Groups 0 to 3 have theirs in the low six bits of the
 * byte packed[part + group]; groups 4 to 7 have the low nibble in packed[4 + group], shifted by `part`, and the high
 * two bits on top of packed[part + group − 4].
 */
function groupSixBits(bytes: DataView, packed: number, group: number, part: 0 | 4): number {
  if (group < 4) return bytes.getUint8(packed + part + group) & 63;
  const nibble = (bytes.getUint8(packed + 4 + group) >> part) & 15;
  return nibble | ((bytes.getUint8(packed + part + group - 4) >> 6) << 4);
}

/**
 * q6_k: 256 numbers in 16 groups of 16, each (q − 32) · scale with an int8 scale per group times one f16. Bytes: 128
 * of low nibbles, 64 of high bit pairs, 16 scales, the f16. Each half of 128 numbers interleaves four runs of 32.
 */
export function unpackQ6K(bytes: DataView, offset: number, out: Float32Array, at: number): void {
  const scale = halfToFloat(bytes.getUint16(offset + 208, true));
  for (let i = 0; i < 256; i++) {
    const half = i >> 7;
    const run = (i >> 5) & 3;
    const column = i & 31;
    const low = bytes.getUint8(offset + half * 64 + (run & 1) * 32 + column) >> ((run >> 1) * 4);
    const high = bytes.getUint8(offset + 128 + half * 32 + column) >> (run * 2);
    const level = ((low & 15) | ((high & 3) << 4)) - 32;
    const groupScale = Math.fround(scale * bytes.getInt8(offset + 192 + (i >> 4)));
    out[at + i] = groupScale * level;
  }
}
