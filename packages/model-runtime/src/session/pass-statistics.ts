import type { CpuAttentionStatistics } from "../ops/cpu-ops.ts";
import type { ModelConfig } from "../weights/model-config.ts";

/** What attention kept in one pass over all layers. Views, valid until the next pass begins. */
export interface PassStatistics {
  readonly firstPosition: number;
  readonly rows: number;
  /** Keys: [layers, rows, queryHeads]. */
  readonly kept: Float32Array;
  /** Value rows: [layers, rows, kvHeads]. */
  readonly union: Float32Array;
  /** [layers, rows, queryHeads]. */
  readonly droppedMass: Float32Array;
  /** [layers, rows, queryHeads]; only when the pass asked for them. */
  readonly quantiles: Float32Array | undefined;
}

/** Collects the statistics of one pass after the other in the same arrays. */
export class StatisticsRecorder {
  readonly #config: ModelConfig;
  readonly #kept: Float32Array;
  readonly #union: Float32Array;
  readonly #droppedMass: Float32Array;
  readonly #quantiles: Float32Array;
  #pass: PassStatistics;

  constructor(config: ModelConfig, maxRows: number) {
    const { layers, queryHeads, kvHeads } = config;
    this.#config = config;
    this.#kept = new Float32Array(layers * maxRows * queryHeads);
    this.#union = new Float32Array(layers * maxRows * kvHeads);
    this.#droppedMass = new Float32Array(layers * maxRows * queryHeads);
    this.#quantiles = new Float32Array(layers * maxRows * queryHeads);
    this.#pass = this.begin(0, 0, false);
  }

  /** Statistics of the pass that began last. */
  get pass(): PassStatistics {
    return this.#pass;
  }

  begin(firstPosition: number, rows: number, withQuantiles: boolean): PassStatistics {
    const { layers, queryHeads, kvHeads } = this.#config;
    const perHead = layers * rows * queryHeads;
    this.#pass = {
      firstPosition,
      rows,
      kept: this.#kept.subarray(0, perHead),
      union: this.#union.subarray(0, layers * rows * kvHeads),
      droppedMass: this.#droppedMass.subarray(0, perHead),
      quantiles: withQuantiles ? this.#quantiles.subarray(0, perHead) : undefined,
    };
    return this.#pass;
  }

  record(layer: number, statistics: CpuAttentionStatistics): void {
    const { rows, kept, union, droppedMass, quantiles } = this.#pass;
    const perHead = rows * this.#config.queryHeads;
    kept.set(statistics.kept.subarray(0, perHead), layer * perHead);
    droppedMass.set(statistics.droppedMass.subarray(0, perHead), layer * perHead);
    const perKvHead = rows * this.#config.kvHeads;
    union.set(statistics.union.subarray(0, perKvHead), layer * perKvHead);
    if (quantiles && statistics.quantiles) {
      quantiles.set(statistics.quantiles.subarray(0, perHead), layer * perHead);
    }
  }
}
