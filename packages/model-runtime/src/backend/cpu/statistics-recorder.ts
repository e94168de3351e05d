import type { CpuAttentionStatistics } from "../../ops/cpu-ops.ts";
import type { PassStatistics } from "../../session/pass-statistics.ts";
import type { ModelConfig } from "../../weights/model-config.ts";
import type { PassAttention } from "../attention-rule.ts";

/** Collects the statistics of one pass after the other in the same arrays. */
export class StatisticsRecorder {
  readonly #config: ModelConfig;
  readonly #kept: Float32Array;
  readonly #union: Float32Array;
  readonly #droppedMass: Float32Array;
  readonly #quantiles: Float32Array;
  /** Of the pass at hand. */
  #sampledRows = 0;

  constructor(config: ModelConfig, maxRows: number) {
    const { layers, queryHeads, kvHeads } = config;
    this.#config = config;
    this.#kept = new Float32Array(layers * maxRows * queryHeads);
    this.#union = new Float32Array(layers * maxRows * kvHeads);
    this.#droppedMass = new Float32Array(layers * maxRows * queryHeads);
    this.#quantiles = new Float32Array(layers * maxRows * queryHeads);
  }

  /** The arrays of a pass, to be filled layer by layer. Views, valid until the next pass begins. */
  begin(
    firstPosition: number,
    rows: number,
    { quantile, sample }: Pick<PassAttention, "quantile" | "sample">,
  ): PassStatistics {
    const { layers, queryHeads, kvHeads } = this.#config;
    const perHead = layers * rows * queryHeads;
    this.#sampledRows = sample?.rows.length ?? 0;
    return {
      firstPosition,
      rows,
      kept: this.#kept.subarray(0, perHead),
      union: this.#union.subarray(0, layers * rows * kvHeads),
      droppedMass: this.#droppedMass.subarray(0, perHead),
      quantiles: quantile === undefined ? undefined : this.#quantiles.subarray(0, perHead),
      ...(sample && {
        sampled: new Float32Array(layers * sample.rows.length * queryHeads * sample.levels.length),
      }),
    };
  }

  record(pass: PassStatistics, layer: number, statistics: CpuAttentionStatistics): void {
    const { rows, kept, union, droppedMass, quantiles } = pass;
    const perHead = rows * this.#config.queryHeads;
    kept.set(statistics.kept.subarray(0, perHead), layer * perHead);
    droppedMass.set(statistics.droppedMass.subarray(0, perHead), layer * perHead);
    const perKvHead = rows * this.#config.kvHeads;
    union.set(statistics.union.subarray(0, perKvHead), layer * perKvHead);
    if (quantiles && statistics.quantiles) {
      quantiles.set(statistics.quantiles.subarray(0, perHead), layer * perHead);
    }
    if (!pass.sampled || !statistics.sampled) return;
    this.#recordSampled(pass.sampled, layer, statistics.sampled);
  }

  /** Brings a layer's [sampled rows, queryHeads, levels] into [sampled rows, layers, queryHeads, levels]. */
  #recordSampled(target: Float32Array, layer: number, sampled: Float32Array): void {
    const { layers } = this.#config;
    const perRow = sampled.length / this.#sampledRows;
    for (let row = 0; row < this.#sampledRows; row++) {
      const numbers = sampled.subarray(row * perRow, (row + 1) * perRow);
      target.set(numbers, (row * layers + layer) * perRow);
    }
  }
}
