import type { AttentionGeometry } from "@sift-attention/tensor";
import type { PassStatistics } from "../../session/pass-statistics.ts";
import { statisticsWords } from "./statistics-buffers.ts";
import { visibleKeys } from "./visible-keys.ts";

/** What statistics are counted over. */
export interface StatisticsModel {
  readonly geometry: AttentionGeometry;
  /** Keys that each layer's rows see at most: [layers]. */
  readonly windows: readonly (number | undefined)[];
}

/** What was copied of one step's buffers. */
export interface CopiedStatistics {
  /** u32 [layers, batch, queryHeads, 4] with layers `wordsPitch` apart. */
  readonly words: Uint32Array;
  /** The same bytes. */
  readonly floats: Float32Array;
  readonly wordsPitch: number;
}

/** What was copied of one step's quantiles. */
export interface CopiedQuantiles {
  /** f32 [layers, batch, queryHeads] with layers `floatsPitch` apart, logarithms. */
  readonly floats: Float32Array;
  readonly floatsPitch: number;
}

/** Statistics of rows in all layers, in the terms of the CPU backend. */
export class RowStatistics {
  readonly rows: number;
  readonly #model: StatisticsModel;
  readonly #kept: Float32Array;
  readonly #union: Float32Array;
  readonly #droppedMass: Float32Array;
  readonly #quantiles: Float32Array;

  constructor(model: StatisticsModel, rows: number) {
    const { geometry, windows } = model;
    const perHead = windows.length * rows * geometry.queryHeads;
    this.rows = rows;
    this.#model = model;
    this.#kept = new Float32Array(perHead);
    this.#union = new Float32Array(windows.length * rows * geometry.kvHeads);
    this.#droppedMass = new Float32Array(perHead);
    this.#quantiles = new Float32Array(perHead);
  }

  /** The arrays: views, until they are written again. */
  pass(
    firstPosition: number,
    { withQuantiles }: { readonly withQuantiles: boolean },
  ): PassStatistics {
    return {
      firstPosition,
      rows: this.rows,
      kept: this.#kept,
      union: this.#union,
      droppedMass: this.#droppedMass,
      quantiles: withQuantiles ? this.#quantiles : undefined,
    };
  }

  /** One row that kept every key. */
  writeFull(row: number, position: number): void {
    const { geometry, windows } = this.#model;
    const { queryHeads, kvHeads } = geometry;
    for (const [layer, window] of windows.entries()) {
      const { count } = visibleKeys(position, window);
      const at = layer * this.rows + row;
      this.#kept.fill(count, at * queryHeads, (at + 1) * queryHeads);
      this.#union.fill(count, at * kvHeads, (at + 1) * kvHeads);
      this.#droppedMass.fill(0, at * queryHeads, (at + 1) * queryHeads);
    }
  }

  /** One row, from row `source` of a step. */
  writeKept(row: number, position: number, copied: CopiedStatistics, source: number): void {
    const { geometry, windows } = this.#model;
    for (const [layer, window] of windows.entries()) {
      const { count } = visibleKeys(position, window);
      const first = layer * copied.wordsPitch + source * geometry.queryHeads * statisticsWords;
      this.#writeHeads(layer * this.rows + row, copied, { first, count });
    }
  }

  /** Quantiles of one row as weights, from row `source` of a step. */
  writeQuantiles(row: number, copied: CopiedQuantiles, source: number): void {
    const { geometry, windows } = this.#model;
    const { queryHeads } = geometry;
    for (let layer = 0; layer < windows.length; layer++) {
      const from = layer * copied.floatsPitch + source * queryHeads;
      const to = (layer * this.rows + row) * queryHeads;
      for (let head = 0; head < queryHeads; head++) {
        this.#quantiles[to + head] = Math.exp(copied.floats[from + head]!);
      }
    }
  }

  #writeHeads(
    at: number,
    { words, floats }: CopiedStatistics,
    { first, count }: { readonly first: number; readonly count: number },
  ): void {
    const { queryHeads, kvHeads } = this.#model.geometry;
    const group = queryHeads / kvHeads;
    for (let kvHead = 0; kvHead < kvHeads; kvHead++) {
      let union = 0;
      for (let head = kvHead * group; head < (kvHead + 1) * group; head++) {
        const word = first + head * statisticsWords;
        const kept = words[word]!;
        this.#kept[at * queryHeads + head] = kept;
        this.#droppedMass[at * queryHeads + head] = kept === count ? 0 : floats[word + 2]!;
        union += words[word + 1]!;
      }
      // Heads of one block tell the same number; a KV head of several blocks gets what they read on average.
      this.#union[at * kvHeads + kvHead] = union / group;
    }
  }
}
