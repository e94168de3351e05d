/** A SHA-256 that is fed piece by piece. */
export interface Digest {
  update(bytes: Uint8Array): void;
  /** Lower-case hexadecimal; ends the digest. */
  hex(): string;
}

const BLOCK_BYTES = 64;
const LENGTH_BYTES = 8;

/** The first 32 bits of the fractional part of a number. */
const fraction = (value: number): number => Math.floor((value % 1) * 2 ** 32);

const primes = Array.from({ length: 312 }, (_, i) => i).filter(isPrime);
/** FIPS 180-4, 4.2.2 and 5.3.3: cube roots of the first 64 primes, square roots of the first 8. */
const ROUND_CONSTANTS = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
const INITIAL_STATE = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));

/**
 * SHA-256 (FIPS 180-4) in TypeScript. Browsers digest only what lies in memory as a whole, which a model's weights
 * should not.
 */
export function createSha256(): Digest {
  const state = INITIAL_STATE.slice();
  const schedule = new Int32Array(64);
  const rest = new Uint8Array(BLOCK_BYTES);
  let byteLength = 0;

  function update(bytes: Uint8Array): void {
    let at = 0;
    const filled = byteLength % BLOCK_BYTES;
    byteLength += bytes.byteLength;
    if (filled > 0) {
      at = Math.min(BLOCK_BYTES - filled, bytes.byteLength);
      rest.set(bytes.subarray(0, at), filled);
      if (filled + at < BLOCK_BYTES) return;
      mixBlock(state, schedule, rest, 0);
    }
    for (; at + BLOCK_BYTES <= bytes.byteLength; at += BLOCK_BYTES) {
      mixBlock(state, schedule, bytes, at);
    }
    rest.set(bytes.subarray(at));
  }

  return {
    update,
    hex() {
      update(padding(byteLength));
      return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
    },
  };
}

/** FIPS 180-4, 5.1.1: a one, zeros to the end of a block, and the length in bits. */
function padding(byteLength: number): Uint8Array {
  const used = (byteLength + 1 + LENGTH_BYTES) % BLOCK_BYTES;
  const zeros = (BLOCK_BYTES - used) % BLOCK_BYTES;
  const bytes = new Uint8Array(1 + zeros + LENGTH_BYTES);
  bytes[0] = 0x80;
  new DataView(bytes.buffer).setBigUint64(1 + zeros, BigInt(byteLength) * 8n);
  return bytes;
}

/** FIPS 180-4, 6.2.2. */
function mixBlock(state: Int32Array, w: Int32Array, bytes: Uint8Array, at: number): void {
  expandBlock(w, bytes, at);
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  for (let t = 0; t < 64; t++) {
    const sumE = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const first = (h + sumE + ((e & f) ^ (~e & g)) + ROUND_CONSTANTS[t]! + w[t]!) | 0;
    const sumA = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const second = (sumA + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
  state[4]! += e;
  state[5]! += f;
  state[6]! += g;
  state[7]! += h;
}

function expandBlock(w: Int32Array, bytes: Uint8Array, at: number): void {
  for (let t = 0, i = at; t < 16; t++, i += 4) {
    w[t] = (bytes[i]! << 24) | (bytes[i + 1]! << 16) | (bytes[i + 2]! << 8) | bytes[i + 3]!;
  }
  for (let t = 16; t < 64; t++) {
    const x = w[t - 15]!;
    const y = w[t - 2]!;
    const low = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
    const high = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
    w[t] = w[t - 16]! + low + w[t - 7]! + high;
  }
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

function isPrime(value: number): boolean {
  if (value < 2) return false;
  for (let factor = 2; factor * factor <= value; factor++) if (value % factor === 0) return false;
  return true;
}
