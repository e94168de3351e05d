import type { PackRow } from "./pack-rows.ts";

const low = 0x0f0f0f0f;

/**
 * q8_0, blocks of an f16 and 32 int8. A unit is four words: the octet of the first block, then that of the second; a
 * word of scales is both f16.
 */
export const packQ8Blocks: PackRow = (
  source,
  at,
  columns,
  { words, scales, wordsAt, scalesAt },
) => {
  for (let block = 0; block < columns / 32; block++) {
    const from = at + block * 34;
    const pair = block >> 1;
    const second = block & 1;
    scales[scalesAt + pair]! |= source.getUint16(from, true) << (16 * second);
    for (let i = 0; i < 8; i++) {
      const place = wordsAt + (pair * 4 + (i >> 1)) * 4 + second * 2 + (i & 1);
      words[place] = source.getUint32(from + 2 + i * 4, true);
    }
  }
};

/**
 * q4_0 and q4_1, blocks of an f16 (or two: scale, minimum) and 32 nibbles: the low ones of the 16 bytes, then the high
 * ones. A unit is two words, an octet of each block: low nibbles are its numbers 0 to 3, high ones 4 to 7. Scales are
 * one word for two blocks (two f16), or a word for each block (scale, minimum).
 */
export function packQ4Blocks({ minima }: { readonly minima: boolean }): PackRow {
  const head = minima ? 4 : 2;
  return (source, at, columns, { words, scales, wordsAt, scalesAt }) => {
    for (let block = 0; block < columns / 32; block++) {
      const from = at + block * (head + 16);
      const place = wordsAt + (block >> 1) * 8 + (block & 1);
      if (minima) scales[scalesAt + block] = source.getUint32(from, true);
      else scales[scalesAt + (block >> 1)]! |= source.getUint16(from, true) << (16 * (block & 1));
      for (let half = 0; half < 2; half++) {
        const a = source.getUint32(from + head + half * 8, true);
        const b = source.getUint32(from + head + half * 8 + 4, true);
        words[place + half * 2] = (a & low) | ((b & low) << 4);
        words[place + half * 2 + 4] = ((a >>> 4) & low) | (b & ~low);
      }
    }
  };
}

/** q5_0, blocks of an f16, 32 fifth bits and 32 nibbles as in q4_0: on the device its numbers are those of q8_0. */
export const packQ5Blocks: PackRow = (source, at, columns, target) => {
  const blocks = columns / 32;
  const eight = new DataView(new ArrayBuffer(blocks * 34));
  for (let block = 0; block < blocks; block++) {
    const from = at + block * 22;
    const fifthBits = source.getUint32(from + 2, true);
    eight.setUint16(block * 34, source.getUint16(from, true), true);
    for (let i = 0; i < 32; i++) {
      const nibble = (source.getUint8(from + 6 + (i & 15)) >> (i & 16 ? 4 : 0)) & 15;
      eight.setInt8(block * 34 + 2 + i, nibble + 16 * ((fifthBits >>> i) & 1) - 16);
    }
  }
  packQ8Blocks(eight, 0, columns, target);
};
