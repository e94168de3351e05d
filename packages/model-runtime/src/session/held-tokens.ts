import type { SampledRow } from "./sampled-rows.ts";

/**
 * The tokens whose rows a slot holds as full attention leaves them: a prompt that begins with them need not run them
 * again. Rows that a sifting step left, and all after them, depend on its thresholds and are not counted.
 */
export class HeldTokens {
  readonly #tokens: number[] = [];
  /** Those of these rows that were sampled, in ascending order. */
  #sampled: SampledRow[] = [];

  get length(): number {
    return this.#tokens.length;
  }

  /** How many tokens the slot holds of the beginning of these. */
  prefix(tokens: readonly number[]): number {
    const most = Math.min(tokens.length, this.#tokens.length);
    for (let at = 0; at < most; at++) if (tokens[at] !== this.#tokens[at]) return at;
    return most;
  }

  /** Forgets what comes after the first `length` tokens. */
  cut(length: number): void {
    if (length < this.#tokens.length) this.#tokens.length = length;
    this.#sampled = this.#sampled.filter((row) => row.contextLength <= length);
  }

  /** Takes rows that ran under full attention. */
  add(firstPosition: number, tokens: readonly number[], sampled: readonly SampledRow[]): void {
    if (firstPosition !== this.#tokens.length) return;
    this.#tokens.push(...tokens);
    this.#sampled.push(...sampled);
  }

  get sampled(): readonly SampledRow[] {
    return this.#sampled;
  }
}
