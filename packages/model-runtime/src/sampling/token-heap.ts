/** Hands out tokens from the likeliest to the least likely, of equal logits the lower id first, sorting no more than asked. */
export class TokenHeap {
  readonly #logits: Float32Array;
  readonly #ids: Int32Array;
  #size: number;

  /** `logits`: [vocabulary], no NaN. */
  constructor(logits: Float32Array) {
    this.#logits = logits;
    this.#ids = new Int32Array(logits.length);
    for (let id = 0; id < logits.length; id++) this.#ids[id] = id;
    this.#size = logits.length;
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
    const logit = this.#logits[a]!;
    const other = this.#logits[b]!;
    return logit > other || (logit === other && a < b);
  }
}
