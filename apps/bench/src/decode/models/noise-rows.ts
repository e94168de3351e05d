import { encodeF16Array } from "@sift-attention/tensor";

const poolNumbers = 2 ** 21; // 4 MiB: no cache of a GPU sees the same weights twice in a row

/** Lowbias32 by Chris Wellons: every bit of x moves about half of the bits. */
export function mixBits(x: number): number {
  let h = x >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Rows of noise with mean 0 and a standard deviation of 1/√columns, as f16: windows into one pool, the same for a row always. */
export class NoiseRows {
  readonly #columns: number;
  readonly #pool: Uint8Array;

  /** @param columns Numbers of a row, at most 2,000,000. */
  constructor(columns: number) {
    const scale = 1 / Math.sqrt(columns);
    const numbers = Float32Array.from({ length: poolNumbers }, (_, i) => scale * bell(mixBits(i)));
    const words = encodeF16Array(numbers);
    this.#columns = columns;
    this.#pool = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  }

  /** Fills `target` [2 · columns] bytes with row `row` of the tensor `seed`. */
  fill(target: Uint8Array, seed: number, row: number): void {
    const offset = mixBits(seed ^ mixBits(row)) % (poolNumbers - this.#columns);
    target.set(this.#pool.subarray(2 * offset, 2 * (offset + this.#columns)));
  }
}

/** Mean 0 and variance 1, within ±3.5: the sum of four bytes, nearly a bell. */
function bell(hash: number): number {
  const sum = (hash & 255) + ((hash >>> 8) & 255) + ((hash >>> 16) & 255) + (hash >>> 24);
  return (sum - 510) / 147.8;
}
