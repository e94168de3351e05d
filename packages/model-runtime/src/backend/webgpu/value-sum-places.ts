/** How far the sums of the values of each slot reach, so that a step adds its newest row only. */
export class ValueSumPlaces {
  /** Positions summed, from 0 on or from the window's first: [slots]; −1 when the sums are of no use. */
  readonly #summed: Int32Array;

  constructor(slots: number) {
    this.#summed = new Int32Array(slots).fill(-1);
  }

  /** Rows from this position on were written outside of a step. */
  overwrite(slot: number, firstPosition: number): void {
    if (firstPosition < this.#summed[slot]!) this.forget(slot);
  }

  /** The next step of the slot sums anew. */
  forget(slot: number): void {
    this.#summed[slot] = -1;
  }

  /** Whether every row extends its slot's sums by its own value; afterwards all of them do. */
  advance(rows: readonly { readonly slot: number; readonly position: number }[]): "all" | "last" {
    const canExtend = rows.every(({ slot, position }) => this.#summed[slot] === position);
    for (const { slot, position } of rows) this.#summed[slot] = position + 1;
    return canExtend && rows.every(({ position }) => position > 0) ? "last" : "all";
  }
}
