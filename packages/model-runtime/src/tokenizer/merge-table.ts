import { joinSymbols, LARGEST_SYMBOL } from "./join-symbols.ts";

/** Which neighbouring symbols join, to what, and in which order. */
export class MergeTable {
  readonly #merges = new Map<number, number>();

  /** Lower ranks join first. A pair that is added again replaces the earlier one. */
  add(left: number, right: number, result: number, rank: number): void {
    this.#merges.set(left * LARGEST_SYMBOL + right, rank * LARGEST_SYMBOL + result);
  }

  /** Joins pairs until none is left, as `joinSymbols` does. */
  apply(symbols: readonly number[]): number[] {
    return joinSymbols(symbols, (left, right) => this.#merges.get(left * LARGEST_SYMBOL + right));
  }
}
