import {
  createThresholdScheduler,
  SAMPLED_LEVELS,
  type ScheduleCounters,
  type ScheduleDecision,
  type ScheduleListeners,
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
import type { SiftSettings } from "./expect-sift-mode.ts";
import type { PassStatistics } from "./pass-statistics.ts";

/**
 * The schedule of one sequence. Rows of a warmup, and single steps after a change of the text, run under the sift rule at ln θ = −∞, which keeps every key and
 * leaves the exempt ones out of the quantile. Rows that see no key but exempt ones run before the schedule begins.
 */
export function createSiftSchedule(
  settings: SiftSettings,
  config: ModelConfig,
  longestContext: number,
): AttentionSchedule {
  return new SiftSchedule(settings, config, longestContext);
}

class SiftSchedule implements AttentionSchedule {
  readonly prepared: PassAttention;
  readonly #settings: SiftSettings;
  readonly #config: ModelConfig;
  readonly #scheduler: ThresholdScheduler;
  readonly #keepAll: PassAttention["rule"] & { readonly kind: "sift" };
  #rowsBefore = 0;
  #lastPrompt = 0;
  #decisions: ScheduleDecision[] = [];

  constructor(settings: SiftSettings, config: ModelConfig, longestContext: number) {
    const { droppedMass, keepFirst, keepLast, quantile } = settings;
    this.#settings = settings;
    this.#config = config;
    this.#scheduler = createScheduler({ ...settings, longestContext }, config, {
      ...(settings.trace && { onDecision: (decision) => this.#decisions.push(decision) }),
    });
    this.#keepAll = { kind: "sift", droppedMass, keepFirst, keepLast };
    this.prepared = { rule: this.#keepAll, quantile };
  }

  get plansAhead(): boolean {
    return this.#scheduler.plannable > 0;
  }

  observePrompt(contextLength: number, quantiles: Float32Array): void {
    if (!this.#scheduler.wantsPrompt || contextLength <= this.#lastPrompt) return;
    this.#lastPrompt = contextLength;
    reportingOverflow(() => this.#scheduler.observePrompt(contextLength, quantiles));
  }

  plan(firstPosition: number, rows: number): PlannedRows {
    const exempt = this.#settings.keepFirst + this.#settings.keepLast;
    return firstPosition < exempt
      ? this.#planBefore(Math.min(rows, exempt - firstPosition))
      : this.#planScheduled(firstPosition + 1, rows);
  }

  /** @throws ModelError "bad-logits" when a weight is no number. */
  observe({ phase, attention }: PlannedRows, pass: PassStatistics): void {
    if (phase === "full") return;
    const isSifted = attention.quantile === undefined;
    const isDense = !isSifted && phase === "sift";
    reportingOverflow(() => {
      for (let row = 0; row < pass.rows; row++) {
        for (let layer = 0; layer < this.#config.layers; layer++) {
          if (isSifted) this.#observeSifted(layer, row, pass);
          else if (isDense && pass.sampled) this.#observeLevels(layer, row, pass.sampled);
          else this.#observeQuantiles(layer, row, pass);
        }
      }
    });
  }

  redo(): PlannedRows | undefined {
    const plan = this.#scheduler.redo();
    return plan && this.#toRows([plan]);
  }

  counters(): ScheduleCounters {
    return this.#scheduler.counters;
  }

  takeDecisions(): readonly ScheduleDecision[] | undefined {
    return this.#settings.trace ? this.#decisions.splice(0) : undefined;
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

  /** Rows that are planned in the same way, as many as may be before one of them is observed; at least one. */
  #planScheduled(contextLength: number, wanted: number): PlannedRows {
    const phase = this.#scheduler.nextPhase;
    const most = Math.min(wanted, Math.max(1, this.#scheduler.plannable));
    const plans: StepPlan[] = [];
    while (plans.length < most && this.#scheduler.nextPhase === phase) {
      plans.push(this.#ownPlan(contextLength + plans.length));
    }
    return this.#toRows(plans);
  }

  /** The scheduler's plans share their thresholds. */
  #ownPlan(contextLength: number): StepPlan {
    const plan = this.#scheduler.plan(contextLength);
    return plan.phase === "sift" ? { ...plan, logThresholds: plan.logThresholds.slice() } : plan;
  }

  #toRows(plans: readonly StepPlan[]): PlannedRows {
    const [first] = plans;
    const rows = plans.length;
    const firstStep = this.#rowsBefore + first!.step;
    if (first!.phase !== "sift") {
      if (first!.phase === "warmup") {
        return { phase: "warmup", rows, firstStep, attention: this.prepared };
      }
      const sample = { rows: plans.map((_, row) => row), levels: SAMPLED_LEVELS };
      return { phase: "sift", rows, firstStep, attention: { ...this.prepared, sample } };
    }
    const { layers, queryHeads } = this.#config;
    const logThresholds = new Float32Array(layers * rows * queryHeads);
    for (const [row, plan] of plans.entries())
      this.#writeThresholds(plan, logThresholds, row, rows);
    return {
      phase: "sift",
      rows,
      firstStep,
      attention: { rule: { ...this.#keepAll, logThresholds } },
    };
  }

  /** Writes a row of [layers, rows, queryHeads]. */
  #writeThresholds(plan: StepPlan, target: Float32Array, row: number, rows: number): void {
    if (plan.phase !== "sift") return;
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

  /** Of [rows, layers, queryHeads, levels], every row of a dense pass sampled. */
  #observeLevels(layer: number, row: number, sampled: Float32Array): void {
    const { layers, queryHeads } = this.#config;
    const size = queryHeads * SAMPLED_LEVELS.length;
    const at = (row * layers + layer) * size;
    this.#scheduler.observeQuantiles(layer, sampled.subarray(at, at + size));
  }

  #observeSifted(layer: number, row: number, pass: PassStatistics): void {
    const visible = Math.min(pass.firstPosition + row + 1, layerWindow(this.#config, layer));
    const at = layer * pass.rows + row;
    const kept = this.#headsOf(pass.kept, at).map((keys) => keys / visible);
    const { kvHeads } = this.#config;
    const union = pass.union
      .subarray(at * kvHeads, (at + 1) * kvHeads)
      .map((rows) => rows / visible);
    const droppedMass = this.#headsOf(pass.droppedMass, at);
    this.#scheduler.observeSifted(layer, kept, droppedMass, union);
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

/** @throws ModelError "bad-logits" when a weight is no number. */
function reportingOverflow(observe: () => void): void {
  try {
    observe();
  } catch (cause) {
    if (!(cause instanceof SchedulerError) || cause.code !== "bad-observation") throw cause;
    throw new ModelError(
      "bad-logits",
      `attention: ${cause.message}; the weights or the activations overflow`,
      { cause },
    );
  }
}

/** @throws ModelError "bad-option" when the scheduler refuses the settings. */
function createScheduler(
  settings: SiftSettings & { readonly longestContext: number },
  config: ModelConfig,
  listeners: ScheduleListeners,
): ThresholdScheduler {
  const { layers, queryHeads: heads, kvHeads, slidingWindow } = config;
  const { kind, droppedMass, keepFirst, keepLast, trace, fixedLogThreshold, ...options } = settings;
  const windows = Array.from({ length: slidingWindow ? layers : 0 }, (_, layer) => {
    const window = layerWindow(config, layer);
    return window === Infinity ? null : window;
  });
  try {
    return createThresholdScheduler({ ...options, layers, heads, kvHeads, windows, ...listeners });
  } catch (error) {
    if (!(error instanceof SchedulerError)) throw error;
    throw new ModelError("bad-option", `attention.${error.message}`, { cause: error });
  }
}
