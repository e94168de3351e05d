import {
  createThresholdScheduler,
  SchedulerError,
  type StepPlan,
  type ThresholdScheduler,
} from "@sift-attention/threshold-scheduler";
import { ModelError } from "../model-error.ts";
import type { CpuAttentionRule } from "../ops/cpu-ops.ts";
import type { HeadLaw } from "../session.ts";
import type { ModelConfig } from "../weights/model-config.ts";
import { type AttentionSchedule, type PlannedRows, planFull } from "./attention-schedule.ts";
import type { SiftSettings } from "./expect-attention-mode.ts";
import type { PassStatistics } from "./pass-statistics.ts";

/**
 * The two-phase schedule of one sequence. Warmup rows run under the sift rule at ln θ = −∞, which keeps every key and
 * leaves the exempt ones out of the quantile. Rows that see no key but exempt ones run before the schedule begins.
 */
export function createSiftSchedule(
  settings: SiftSettings,
  config: ModelConfig,
  maxRows: number,
): AttentionSchedule {
  return new SiftSchedule(settings, config, maxRows);
}

class SiftSchedule implements AttentionSchedule {
  readonly #settings: SiftSettings;
  readonly #config: ModelConfig;
  readonly #scheduler: ThresholdScheduler;
  /** ln θ of the planned rows: [layers, maxRows, queryHeads], its rows packed. */
  readonly #logThresholds: Float32Array;
  #rowsBefore = 0;
  #phase: PlannedRows["phase"] = "full";

  constructor(settings: SiftSettings, config: ModelConfig, maxRows: number) {
    this.#settings = settings;
    this.#config = config;
    this.#scheduler = createScheduler(settings, config);
    this.#logThresholds = new Float32Array(config.layers * maxRows * config.queryHeads);
  }

  plan(firstPosition: number, rows: number): PlannedRows {
    const exempt = this.#settings.keepFirst + this.#settings.keepLast;
    const planned =
      firstPosition < exempt
        ? this.#planBefore(Math.min(rows, exempt - firstPosition))
        : this.#planScheduled(firstPosition + 1, rows);
    this.#phase = planned.phase;
    return planned;
  }

  /** @throws ModelError "bad-logits" when a weight is no number. */
  observe(pass: PassStatistics): void {
    try {
      this.#observe(pass);
    } catch (cause) {
      if (!(cause instanceof SchedulerError) || cause.code !== "bad-observation") throw cause;
      throw new ModelError(
        "bad-logits",
        `attention: ${cause.message}; the weights or the activations overflow`,
        { cause },
      );
    }
  }

  #observe(pass: PassStatistics): void {
    for (let row = 0; row < pass.rows; row++) {
      for (let layer = 0; layer < this.#config.layers; layer++) {
        if (this.#phase === "warmup") this.#observeQuantiles(layer, row, pass);
        if (this.#phase === "sift") this.#observeSifted(layer, row, pass);
      }
    }
  }

  laws(): readonly HeadLaw[] {
    const { layers, queryHeads } = this.#config;
    return Array.from({ length: layers * queryHeads }, (_, at) =>
      this.#lawOf(Math.floor(at / queryHeads), at % queryHeads),
    );
  }

  #planBefore(rows: number): PlannedRows {
    const planned = planFull(rows, this.#rowsBefore + 1);
    this.#rowsBefore += rows;
    return planned;
  }

  /** Warmup rows do not depend on each other, and a law that is fitted does not change: both are planned ahead. */
  #planScheduled(contextLength: number, wanted: number): PlannedRows {
    const { remainingWarmup } = this.#scheduler;
    const rows = remainingWarmup > 0 ? Math.min(wanted, remainingWarmup) : wanted;
    const first = this.#scheduler.plan(contextLength);
    const { phase, step } = first;
    this.#writeThresholds(first, 0, rows);
    for (let row = 1; row < rows; row++) {
      this.#writeThresholds(this.#scheduler.plan(contextLength + row), row, rows);
    }
    return {
      phase,
      rows,
      firstStep: this.#rowsBefore + step,
      rule: (layer) => this.#rule(layer, rows),
      ...(phase === "warmup"
        ? { quantile: first.quantile }
        : { logThresholds: this.#thresholds(0, rows * this.#config.layers) }),
    };
  }

  #writeThresholds(plan: StepPlan, row: number, rows: number): void {
    const { layers, queryHeads } = this.#config;
    for (let layer = 0; layer < layers; layer++) {
      const target = this.#thresholds(layer * rows + row, 1);
      if (plan.phase === "warmup") target.fill(-Infinity);
      else target.set(plan.logThresholds.subarray(layer * queryHeads, (layer + 1) * queryHeads));
    }
  }

  #rule(layer: number, rows: number): CpuAttentionRule {
    const { droppedMass, keepFirst, keepLast } = this.#settings;
    const logThresholds = this.#thresholds(layer * rows, rows);
    return { kind: "sift", logThresholds, droppedMass, keepFirst, keepLast };
  }

  /** A view of rows of [layers · rows, queryHeads]. */
  #thresholds(firstRow: number, rows: number): Float32Array {
    const { queryHeads } = this.#config;
    return this.#logThresholds.subarray(firstRow * queryHeads, (firstRow + rows) * queryHeads);
  }

  #observeQuantiles(layer: number, row: number, { rows, quantiles }: PassStatistics): void {
    if (!quantiles) return;
    this.#scheduler.observeQuantiles(layer, this.#headsOf(quantiles, layer * rows + row));
  }

  #observeSifted(layer: number, row: number, pass: PassStatistics): void {
    const contextLength = pass.firstPosition + row + 1;
    const at = layer * pass.rows + row;
    const kept = this.#headsOf(pass.kept, at).map((keys) => keys / contextLength);
    this.#scheduler.observeSifted(layer, kept, this.#headsOf(pass.droppedMass, at));
  }

  /** One row of [rows, queryHeads]. */
  #headsOf(perHead: Float32Array, row: number): Float32Array {
    const { queryHeads } = this.#config;
    return perHead.subarray(row * queryHeads, (row + 1) * queryHeads);
  }

  #lawOf(layer: number, head: number): HeadLaw {
    const { x, quantiles } = this.#scheduler.observations(layer, head);
    const fit = this.#scheduler.law(layer, head);
    if (!fit) return { layer, head, x, quantiles };
    const { logScale, exponent, rSquared, residualStd } = fit;
    return { layer, head, x, quantiles, law: { logScale, exponent, rSquared, residualStd } };
  }
}

/** @throws ModelError "bad-option" when the scheduler refuses the settings. */
function createScheduler(settings: SiftSettings, config: ModelConfig): ThresholdScheduler {
  const { quantile, warmup, clock, fit, margin } = settings;
  const { layers, queryHeads: heads } = config;
  try {
    return createThresholdScheduler({ layers, heads, quantile, warmup, clock, fit, margin });
  } catch (error) {
    if (!(error instanceof SchedulerError)) throw error;
    throw new ModelError("bad-option", `attention.${error.message}`, { cause: error });
  }
}
