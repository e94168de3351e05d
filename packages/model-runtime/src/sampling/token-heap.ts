/** Hands out tokens from the heaviest to the lightest, of equal weights the lower id first, sorting no more than asked. */
export class TokenHeap {
  readonly #weights: Float64Array;
  readonly #ids: Int32Array;
  #size: number;

  /** `weights`: [vocabulary], no NaN. */
  constructor(weights: Float64Array) {
    this.#weights = weights;
    this.#ids = new Int32Array(weights.length);
    for (let id = 0; id < weights.length; id++) this.#ids[id] = id;
    this.#size = weights.length;
    for (let at = (this.#size >> 1) - 1; at >= 0; at--) this.#sink(at);
  }

  /** The next token, or undefined when all were handed out. */
  pop(): number | undefined {
    if (this.#size === 0) return undefined;
    const top = this.#ids[0]!;
    this.#ids[0] = this.#ids[--this.#size]!;
    this.#sink(0);
    return top;
  }

  #sink(start: number): void {
    const ids = this.#ids;
    const id = ids[start]!;
    let at = start;
    for (let child = 2 * at + 1; child < this.#size; child = 2 * at + 1) {
      if (child + 1 < this.#size && this.#isBefore(ids[child + 1]!, ids[child]!)) child++;
      if (!this.#isBefore(ids[child]!, id)) break;
      ids[at] = ids[child]!;
      at = child;
    }
    ids[at] = id;
  }

  #isBefore(a: number, b: number): boolean {
    const difference = this.#weights[a]! - this.#weights[b]!;
    return difference > 0 || (difference === 0 && a < b);
  }
}
