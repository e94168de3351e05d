import type { ScoredChunk } from "@sift-attention/model-runtime";
import { addKept, type KeptSums, keptKeys, NOTHING_KEPT } from "../measures/kept-keys.ts";
import { type MassCounts, MassHistogram } from "../measures/mass-histogram.ts";

/** What attention read and dropped over the rows of a pass that are not warmup. */
export interface PassTotals {
  readonly kept: KeptSums;
  readonly droppedMass: MassCounts;
}

/** Adds up the chunks of a pass. */
export class PassCounter {
  readonly #layers: number;
  readonly #droppedMass: MassHistogram = new MassHistogram();
  #kept: KeptSums = NOTHING_KEPT;

  constructor(layers: number) {
    this.#layers = layers;
  }

  add(chunk: ScoredChunk): void {
    this.#kept = addKept(this.#kept, keptKeys(chunk, this.#layers));
    for (const mass of chunk.droppedMass) this.#droppedMass.add(mass);
  }

  totals(): PassTotals {
    return { kept: this.#kept, droppedMass: this.#droppedMass.counts() };
  }
}
