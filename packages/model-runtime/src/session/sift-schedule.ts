import {
  createThresholdScheduler,
  SchedulerError,
  type StepPlan,
  type ThresholdScheduler,
} from "@sift-attention/threshold-scheduler";
import type { PassAttention } from "../backend/attention-rule.ts";
import { layerWindow } from "../backend/layer-window.ts";
import { ModelError } from "../model-error.ts";
import type { HeadLaw } from "../session.ts";
import type { ModelConfig } from "../weights/model-config.ts";
import { type AttentionSchedule, type PlannedRows, planFull } from "./attention-schedule.ts";
import type { SiftSettings } from "./expect-attention-mode.ts";
import type { PassStatistics } from "./pass-statistics.ts";

/**
 * The two-phase schedule of one sequence. Warmup rows run under the sift rule at ln θ = −∞, which keeps every key and
 * leaves the exempt ones out of the quantile. Rows that see no key but exempt ones run before the schedule begins.
 */
export function createSiftSchedule(settings: SiftSettings, config: ModelConfig): AttentionSchedule {
  return new SiftSchedule(settings, config);
}

class SiftSchedule implements AttentionSchedule {
  readonly prepared: PassAttention;
  readonly #settings: SiftSettings;
  readonly #config: ModelConfig;
  readonly #scheduler: ThresholdScheduler;
  readonly #keepAll: PassAttention["rule"] & { readonly kind: "sift" };
  #rowsBefore = 0;
  #warmupRowsObserved = 0;

  constructor(settings: SiftSettings, config: ModelConfig) {
    const { droppedMass, keepFirst, keepLast, quantile } = settings;
    this.#settings = settings;
    this.#config = config;
    this.#scheduler = createScheduler(settings, config);
    this.#keepAll = { kind: "sift", droppedMass, keepFirst, keepLast };
    this.prepared = { rule: this.#keepAll, quantile };
  }

  /** Warmup rows do not depend on each other, and a law that is fitted does not change; between them lies the fit. */
  get plansAhead(): boolean {
    const { remainingWarmup } = this.#scheduler;
    return remainingWarmup > 0 || this.#warmupRowsObserved === this.#settings.warmup;
  }

  plan(firstPosition: number, rows: number): PlannedRows {
    const exempt = this.#settings.keepFirst + this.#settings.keepLast;
    return firstPosition < exempt
      ? this.#planBefore(Math.min(rows, exempt - firstPosition))
      : this.#planScheduled(firstPosition + 1, rows);
  }

  /** @throws ModelError "bad-logits" when a weight is no number. */
  observe({ phase }: PlannedRows, pass: PassStatistics): void {
    if (phase === "full") return;
    try {
      this.#observe(phase, pass);
    } catch (cause) {
      if (!(cause instanceof SchedulerError) || cause.code !== "bad-observation") throw cause;
      throw new ModelError(
        "bad-logits",
        `attention: ${cause.message}; the weights or the activations overflow`,
        { cause },
      );
    }
  }

  #observe(phase: "warmup" | "sift", pass: PassStatistics): void {
    for (let row = 0; row < pass.rows; row++) {
      for (let layer = 0; layer < this.#config.layers; layer++) {
        if (phase === "warmup") this.#observeQuantiles(layer, row, pass);
        else this.#observeSifted(layer, row, pass);
      }
    }
    if (phase === "warmup") this.#warmupRowsObserved += pass.rows;
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

  #planScheduled(contextLength: number, wanted: number): PlannedRows {
    const { remainingWarmup } = this.#scheduler;
    return remainingWarmup > 0
      ? this.#planWarmup(contextLength, Math.min(wanted, remainingWarmup))
      : this.#planSift(contextLength, wanted);
  }

  #planWarmup(contextLength: number, rows: number): PlannedRows {
    const { step } = this.#scheduler.plan(contextLength);
    for (let row = 1; row < rows; row++) this.#scheduler.plan(contextLength + row);
    return {
      phase: "warmup",
      rows,
      firstStep: this.#rowsBefore + step,
      attention: this.prepared,
    };
  }

  #planSift(contextLength: number, rows: number): PlannedRows {
    const { layers, queryHeads } = this.#config;
    const logThresholds = new Float32Array(layers * rows * queryHeads);
    let firstStep = 0;
    for (let row = 0; row < rows; row++) {
      const plan = this.#scheduler.plan(contextLength + row);
      if (row === 0) firstStep = this.#rowsBefore + plan.step;
      this.#writeThresholds(plan, logThresholds, row, rows);
    }
    const attention = { rule: { ...this.#keepAll, logThresholds } };
    return { phase: "sift", rows, firstStep, attention };
  }

  /** Writes a row of [layers, rows, queryHeads]. */
  #writeThresholds(plan: StepPlan, target: Float32Array, row: number, rows: number): void {
    if (plan.phase === "warmup") return;
    const { layers, queryHeads } = this.#config;
    for (let layer = 0; layer < layers; layer++) {
      const heads = plan.logThresholds.subarray(layer * queryHeads, (layer + 1) * queryHeads);
      target.set(heads, (layer * rows + row) * queryHeads);
    }
  }

  #observeQuantiles(layer: number, row: number, { rows, quantiles }: PassStatistics): void {
    if (!quantiles) return;
    this.#scheduler.observeQuantiles(layer, this.#headsOf(quantiles, layer * rows + row));
  }

  #observeSifted(layer: number, row: number, pass: PassStatistics): void {
    const visible = Math.min(pass.firstPosition + row + 1, layerWindow(this.#config, layer));
    const at = layer * pass.rows + row;
    const kept = this.#headsOf(pass.kept, at).map((keys) => keys / visible);
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
