import type { PackRow, RowTarget } from "./pack-rows.ts";

const low = 0x0f0f0f0f;

/** Words of scales for 256 numbers: the two f16 (or one), then four bytes for each 64 numbers. */
const scaleWords = 5;

/** The 6-bit scale and minimum of a group of 32, as in ggml's get_scale_min_k4. */
function scaleAndMinimum(
  source: DataView,
  packed: number,
  group: number,
): readonly [number, number] {
  const byte = (i: number) => source.getUint8(packed + i);
  if (group < 4) return [byte(group) & 63, byte(group + 4) & 63];
  return [
    (byte(group + 4) & 15) | ((byte(group - 4) >> 6) << 4),
    (byte(group + 4) >> 4) | ((byte(group) >> 6) << 4),
  ];
}

/** Scale, minimum, scale, minimum of the two groups of 64 numbers, a byte each. */
function pairScales(source: DataView, packed: number, pair: number): number {
  const [scale, minimum] = scaleAndMinimum(source, packed, pair * 2);
  const [scale2, minimum2] = scaleAndMinimum(source, packed, pair * 2 + 1);
  return scale | (minimum << 8) | (scale2 << 16) | (minimum2 << 24);
}

/** 128 bytes of nibbles, for each 64 numbers the first 32 low and the others high, as units. */
function packNibbles(source: DataView, from: number, words: Uint32Array, place: number): void {
  for (let unit = 0; unit < 16; unit++) {
    const a = source.getUint32(from + unit * 8, true);
    const b = source.getUint32(from + unit * 8 + 4, true);
    words[place + unit * 2] = (a & low) | ((b & low) << 4);
    words[place + unit * 2 + 1] = ((a >>> 4) & low) | (b & ~low);
  }
}

/**
 * q4_k. Units as of q4_0, the blocks being groups of 32; scales: both f16, then for each two groups the bytes scale,
 * minimum, scale, minimum.
 */
export const packQ4K: PackRow = (source, at, columns, { words, scales, wordsAt, scalesAt }) => {
  for (let block = 0; block < columns / 256; block++) {
    const from = at + block * 144;
    const place = scalesAt + block * scaleWords;
    scales[place] = source.getUint32(from, true);
    for (let pair = 0; pair < 4; pair++) {
      scales[place + 1 + pair] = pairScales(source, from + 4, pair);
    }
    packNibbles(source, from + 16, words, wordsAt + block * 32);
  }
};

/** Bit `group` of 32 bytes, byte i to bit i. */
function fifthBits(source: DataView, from: number, group: number): number {
  let bits = 0;
  for (let i = 0; i < 32; i++) bits |= ((source.getUint8(from + i) >> group) & 1) << i;
  return bits;
}

/** q5_k: as q4_k, with two words of fifth bits behind the scales of each two groups, bit i of a group's number i. */
export const packQ5K: PackRow = (source, at, columns, { words, scales, wordsAt, scalesAt }) => {
  for (let block = 0; block < columns / 256; block++) {
    const from = at + block * 176;
    const place = scalesAt + block * 13;
    scales[place] = source.getUint32(from, true);
    for (let pair = 0; pair < 4; pair++) {
      scales[place + 1 + pair * 3] = pairScales(source, from + 4, pair);
      scales[place + 2 + pair * 3] = fifthBits(source, from + 16, pair * 2);
      scales[place + 3 + pair * 3] = fifthBits(source, from + 16, pair * 2 + 1);
    }
    packNibbles(source, from + 48, words, wordsAt + block * 32);
  }
};

function packQ6KScales(source: DataView, from: number, { scales }: RowTarget, at: number): void {
  scales[at] = source.getUint16(from + 208, true);
  for (let pair = 0; pair < 4; pair++) {
    scales[at + 1 + pair] = source.getUint32(from + 192 + pair * 4, true);
  }
}

/**
 * q6_k. A row is two words of low nibbles a unit, as of q4_0, and behind those of all units one word a unit with the
 * high pairs of bits: bits 2k of its bytes are those of quad k of the unit's 16 numbers. Scales: the f16, then for each
 * 64 numbers four int8, one for 16 numbers each.
 */
export const packQ6K: PackRow = (source, at, columns, target) => {
  const { words, wordsAt, scalesAt } = target;
  const highsAt = wordsAt + columns / 8;
  for (let block = 0; block < columns / 256; block++) {
    const from = at + block * 210;
    packQ6KScales(source, from, target, scalesAt + block * scaleWords);
    for (let unit = 0; unit < 16; unit++) {
      const half = unit >> 3;
      const shift = (unit >> 2) & 1;
      const column = (unit & 3) * 8;
      let highs = 0;
      for (let octet = 0; octet < 2; octet++) {
        const nibbles = from + half * 64 + octet * 32 + column;
        const pairs = from + 128 + half * 32 + column;
        const a = source.getUint32(nibbles, true) >>> (4 * shift);
        const b = source.getUint32(nibbles + 4, true) >>> (4 * shift);
        words[wordsAt + (block * 16 + unit) * 2 + octet] = (a & low) | ((b & low) << 4);
        for (let quad = 0; quad < 2; quad++) {
          const bits = source.getUint32(pairs + quad * 4, true) >>> (2 * (2 * shift + octet));
          highs |= (bits & 0x03030303) << (2 * (2 * octet + quad));
        }
      }
      words[highsAt + block * 16 + unit] = highs;
    }
  }
};
