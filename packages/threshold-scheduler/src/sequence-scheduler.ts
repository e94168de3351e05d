import { fitPowerLaw, type PowerLawFit } from "@sift-attention/power-law";
import {
  expectSettings,
  type ScheduleOptions,
  type ScheduleSettings,
} from "./schedule-settings.ts";
import { expectSnapshot, type ScheduleSnapshot, SNAPSHOT_VERSION } from "./schedule-snapshot.ts";
import { SchedulerError } from "./scheduler-error.ts";
import { SiftedRecord, type SiftedSummary } from "./sifted-record.ts";
import type { StepPlan } from "./step-plan.ts";
import { ThresholdPredictor } from "./threshold-predictor.ts";
import type {
  HeadObservations,
  ScheduleListeners,
  SiftedListener,
  ThresholdScheduler,
} from "./threshold-scheduler.ts";
import { WarmupRecord } from "./warmup-record.ts";

class SequenceScheduler implements ThresholdScheduler {
  readonly settings: ScheduleSettings;
  readonly #warmup: WarmupRecord;
  readonly #predictor: ThresholdPredictor;
  readonly #sifted: SiftedRecord;
  readonly #onSifted: SiftedListener | undefined;
  /** [layers, heads] */
  readonly #laws: (PowerLawFit | undefined)[];
  /** [layers, heads] */
  readonly #logThresholds: Float32Array;
  #step = 0;

  constructor(settings: ScheduleSettings, { onSifted }: ScheduleListeners) {
    const { layers, heads } = settings;
    this.settings = settings;
    this.#warmup = new WarmupRecord(settings);
    this.#predictor = new ThresholdPredictor(settings);
    this.#sifted = new SiftedRecord(settings);
    this.#onSifted = onSifted;
    this.#laws = new Array(layers * heads).fill(undefined);
    this.#logThresholds = new Float32Array(layers * heads);
  }

  get step(): number {
    return this.#step;
  }

  get remainingWarmup(): number {
    return this.settings.warmup - this.#warmup.planned;
  }

  get flooredQuantiles(): number {
    return this.#warmup.floored;
  }

  plan(contextLength: number): StepPlan {
    if (!Number.isSafeInteger(contextLength) || contextLength < 1) {
      throw new SchedulerError(
        "bad-argument",
        `contextLength: expected an integer of 1 or more, got ${contextLength}`,
      );
    }
    const step = this.#step + 1;
    const x = this.settings.clock === "generated-steps" ? step : contextLength;
    return this.remainingWarmup > 0 ? this.#planWarmup(step, x) : this.#planSift(step, x);
  }

  observeQuantiles(layer: number, quantiles: ArrayLike<number>): void {
    this.#expectIndex("layer", layer, this.settings.layers);
    if (this.#warmup.observe(layer, quantiles)) this.#fit(layer);
  }

  observeSifted(layer: number, kept: ArrayLike<number>, droppedMass: ArrayLike<number>): void {
    this.#expectIndex("layer", layer, this.settings.layers);
    const { warmup } = this.settings;
    const planned = Math.max(0, this.#step - warmup);
    const step = warmup + this.#sifted.observe(layer, kept, droppedMass, planned);
    this.#onSifted?.({ layer, step, kept, droppedMass });
  }

  law(layer: number, head: number): PowerLawFit | undefined {
    this.#expectHead(layer, head);
    return this.#laws[layer * this.settings.heads + head];
  }

  observations(layer: number, head: number): HeadObservations {
    this.#expectHead(layer, head);
    return {
      x: Array.from(this.#warmup.clock(layer)),
      quantiles: Array.from(this.#warmup.quantiles(layer, head)),
    };
  }

  sifted(layer: number, head: number): SiftedSummary {
    this.#expectHead(layer, head);
    return this.#sifted.summary(layer, head);
  }

  snapshot(): ScheduleSnapshot {
    return {
      version: SNAPSHOT_VERSION,
      settings: { ...this.settings },
      step: this.#step,
      clock: this.#warmup.plannedClock(),
      quantiles: Array.from({ length: this.settings.layers }, (_, i) => this.#warmup.rows(i)),
      sifted: this.#sifted.sums(),
    };
  }

  /** Replays a checked snapshot into a new schedule. */
  restore({ step, clock, quantiles, sifted }: ScheduleSnapshot): void {
    const { heads, layers } = this.settings;
    for (const x of clock) this.#warmup.plan(x);
    for (let layer = 0; layer < layers; layer++) {
      const rows = quantiles[layer]!;
      for (let at = 0; at < rows.length; at += heads) {
        this.observeQuantiles(layer, rows.slice(at, at + heads));
      }
    }
    this.#sifted.restore(sifted);
    this.#step = step;
  }

  #planWarmup(step: number, x: number): StepPlan {
    this.#warmup.plan(x);
    this.#step = step;
    return { phase: "warmup", step, quantile: this.settings.quantile };
  }

  #planSift(step: number, x: number): StepPlan {
    this.#warmup.expectComplete();
    this.#step = step;
    this.#predictor.predict(x, this.#logThresholds);
    return { phase: "sift", step, logThresholds: this.#logThresholds };
  }

  #fit(layer: number): void {
    const { heads, fit: method } = this.settings;
    const x = this.#warmup.clock(layer);
    for (let head = 0; head < heads; head++) {
      const fit = fitPowerLaw(x, this.#warmup.quantiles(layer, head), { method });
      this.#laws[layer * heads + head] = fit;
      this.#predictor.set(layer * heads + head, fit);
    }
  }

  #expectIndex(name: string, index: number, count: number): void {
    if (Number.isInteger(index) && index >= 0 && index < count) return;
    throw new SchedulerError(
      "bad-argument",
      `${name}: expected an integer in [0, ${count}), got ${index}`,
    );
  }

  #expectHead(layer: number, head: number): void {
    this.#expectIndex("layer", layer, this.settings.layers);
    this.#expectIndex("head", head, this.settings.heads);
  }
}

/**
 * A schedule for one new sequence.
 *
 * @throws SchedulerError "bad-option"
 */
export function createThresholdScheduler(
  options: ScheduleOptions & ScheduleListeners,
): ThresholdScheduler {
  return new SequenceScheduler(expectSettings(options), options);
}

/**
 * A schedule that goes on, bit for bit, where the one of the snapshot was.
 *
 * @param snapshot what `snapshot()` gave, before or after a passage through JSON
 * @throws SchedulerError "bad-snapshot" or "snapshot-version"
 */
export function restoreThresholdScheduler(
  snapshot: unknown,
  listeners: ScheduleListeners = {},
): ThresholdScheduler {
  const checked = expectSnapshot(snapshot);
  const scheduler = new SequenceScheduler(checked.settings, listeners);
  try {
    scheduler.restore(checked);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SchedulerError("bad-snapshot", `snapshot: ${reason}`, { cause });
  }
  return scheduler;
}
