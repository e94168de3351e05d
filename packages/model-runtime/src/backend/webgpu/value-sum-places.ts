/** A row that a step appends. */
interface AppendedRow {
  readonly slot: number;
  readonly position: number;
}

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

  /** The next step of the slot sums anew, where it needs sums. */
  forget(slot: number): void {
    this.#summed[slot] = -1;
  }

  /** Whether the sums reach up to a row, so that appending it extends them; they reach through it afterwards. */
  extend({ slot, position }: AppendedRow): boolean {
    const extendsSums = position === 0 || this.#summed[slot] === position;
    if (extendsSums) this.#summed[slot] = position + 1;
    else this.overwrite(slot, position);
    return extendsSums;
  }

  /** Whether the sums of some row have to be made anew once the rows are appended; all reach through their rows afterwards. */
  sumAnew(rows: readonly AppendedRow[]): boolean {
    const isDue = rows.some(({ slot, position }) => this.#summed[slot] !== position + 1);
    for (const { slot, position } of rows) this.#summed[slot] = position + 1;
    return isDue;
  }
}
