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

/** Sixteen bytes of nibbles, numbers 0 to 15 low and 16 to 31 high, as four octets eight bytes apart. */
function packNibbles(source: DataView, from: number, words: Uint32Array, place: number): void {
  for (let half = 0; half < 2; half++) {
    const a = source.getUint32(from + half * 8, true);
    const b = source.getUint32(from + half * 8 + 4, true);
    words[place + half * 2] = (a & low) | ((b & low) << 4);
    words[place + half * 2 + 4] = ((a >>> 4) & low) | (b & ~low);
  }
}

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
      if (minima) scales[scalesAt + block] = source.getUint32(from, true);
      else scales[scalesAt + (block >> 1)]! |= source.getUint16(from, true) << (16 * (block & 1));
      packNibbles(source, from + head, words, wordsAt + (block >> 1) * 8 + (block & 1));
    }
  };
}

/**
 * q5_0 and q5_1: as q4_0 and q4_1 with a word of fifth bits, bit i of number i, between f16 and nibbles. Those of both
 * blocks stand behind their scales.
 */
export function packQ5Blocks({ minima }: { readonly minima: boolean }): PackRow {
  const head = minima ? 4 : 2;
  const pitch = minima ? 4 : 3;
  return (source, at, columns, { words, scales, wordsAt, scalesAt }) => {
    for (let block = 0; block < columns / 32; block++) {
      const from = at + block * (head + 20);
      const second = block & 1;
      const place = scalesAt + (block >> 1) * pitch;
      if (minima) scales[place + second] = source.getUint32(from, true);
      else scales[place]! |= source.getUint16(from, true) << (16 * second);
      scales[place + pitch - 2 + second] = source.getUint32(from + head, true);
      packNibbles(source, from + head + 4, words, wordsAt + (block >> 1) * 8 + second);
    }
  };
}
