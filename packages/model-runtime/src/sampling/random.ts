/** State of xoshiro128**: four unsigned 32-bit numbers, not all zero. */
export type RandomState = [number, number, number, number];

/** Uniform numbers in [0, 1) with 53 random bits, from an unsigned 32-bit seed. */
export function createRandom(seed: number): () => number {
  const state = seedState(seed);
  return () => {
    const high = nextWord(state) >>> 5;
    const low = nextWord(state) >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  };
}

/** The next 32 random bits: xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear pseudorandom number generators"). */
export function nextWord(state: RandomState): number {
  const word = Math.imul(rotateLeft(Math.imul(state[1], 5), 7), 9) >>> 0;
  const shifted = state[1] << 9;
  state[2] ^= state[0];
  state[3] ^= state[1];
  state[1] ^= state[2];
  state[0] ^= state[3];
  state[2] ^= shifted;
  state[3] = rotateLeft(state[3], 11);
  return word;
}

/** Spreads a seed over the state with a Weyl sequence and MurmurHash3's finaliser, a bijection of 32 bits. */
function seedState(seed: number): RandomState {
  const word = (index: number): number => {
    let mixed = (seed + Math.imul(index, 0x9e3779b9)) | 0;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };
  return [word(1), word(2), word(3), word(4)];
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
