import type { ScoredChunk } from "@sift-attention/model-runtime";
import {
  addKept,
  type KeptCounts,
  type KeptSums,
  keptKeys,
  NOTHING_KEPT,
} from "../measures/kept-keys.ts";
import { type MassCounts, MassHistogram } from "../measures/mass-histogram.ts";

/** What a chunk of a pass tells of its attention. */
type PassCounts = KeptCounts & Pick<ScoredChunk, "droppedMass">;

/** What attention read and dropped over the rows of a pass that are not warmup. */
export interface PassTotals {
  readonly kept: KeptSums;
  /** Σ kept / visible over the rows, by layer and query head: [layers · queryHeads]. */
  readonly keptByHead: readonly number[];
  readonly rows: number;
  readonly droppedMass: MassCounts;
}

/** Adds up a pass row by row, so that the size of its chunks does not change a single bit. */
export class PassCounter {
  readonly #layers: number;
  readonly #droppedMass: MassHistogram = new MassHistogram();
  #kept: KeptSums = NOTHING_KEPT;
  #keptByHead: Float64Array | undefined;
  #rows = 0;

  constructor(layers: number) {
    this.#layers = layers;
  }

  add(chunk: PassCounts): void {
    for (let row = 0; row < chunk.rows; row++) this.addRow(chunk, row);
  }

  addRow(chunk: PassCounts, row: number): void {
    this.#kept = addKept(this.#kept, keptKeys(chunk, this.#layers, row));
    this.#addHeads(chunk, row);
    this.#addMasses(chunk, row);
    this.#rows++;
  }

  #addHeads({ kept, rows, firstPosition }: PassCounts, row: number): void {
    const heads = kept.length / (this.#layers * rows);
    this.#keptByHead ??= new Float64Array(this.#layers * heads);
    for (let at = 0; at < this.#keptByHead.length; at++) {
      const layer = Math.floor(at / heads);
      const count = kept[(layer * rows + row) * heads + (at % heads)]!;
      this.#keptByHead[at]! += count / (firstPosition + row + 1);
    }
  }

  #addMasses({ droppedMass, rows }: PassCounts, row: number): void {
    const heads = droppedMass.length / (this.#layers * rows);
    for (let layer = 0; layer < this.#layers; layer++) {
      const from = (layer * rows + row) * heads;
      for (let head = 0; head < heads; head++) this.#droppedMass.add(droppedMass[from + head]!);
    }
  }

  totals(): PassTotals {
    return {
      kept: this.#kept,
      keptByHead: Array.from(this.#keptByHead ?? [], (sum) => Number(sum.toPrecision(7))),
      rows: this.#rows,
      droppedMass: this.#droppedMass.counts(),
    };
  }
}
