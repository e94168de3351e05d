import type { PowerLawFit } from "@sift-attention/power-law";
import { BudgetUnits } from "./budget-units.ts";
import { PromptRecord } from "./prompt-record.ts";
import type { ScheduleCounters } from "./schedule-decision.ts";
import {
  expectSettings,
  needsReports,
  type ScheduleOptions,
  type ScheduleSettings,
} from "./schedule-settings.ts";
import { expectSnapshot, type ScheduleSnapshot, SNAPSHOT_VERSION } from "./schedule-snapshot.ts";
import { SchedulerError } from "./scheduler-error.ts";
import { SiftControl } from "./sift-control.ts";
import { SiftedRecord, type SiftedSummary } from "./sifted-record.ts";
import type { StepPlan } from "./step-plan.ts";
import { type StepReport, StepReports } from "./step-reports.ts";
import type {
  HeadObservations,
  ScheduleListeners,
  ThresholdScheduler,
} from "./threshold-scheduler.ts";
import { UnitLaws } from "./unit-laws.ts";
import { WarmupEnd } from "./warmup-end.ts";
import { WarmupRecord } from "./warmup-record.ts";

/** What a layer reports of a sifted step. */
interface SiftedNumbers {
  readonly kept: ArrayLike<number>;
  readonly droppedMass: ArrayLike<number>;
  readonly union: ArrayLike<number> | undefined;
}

class SequenceScheduler implements ThresholdScheduler {
  readonly settings: ScheduleSettings;
  readonly #listeners: ScheduleListeners;
  readonly #prompt: PromptRecord;
  readonly #warmup: WarmupRecord;
  readonly #warmupEnd: WarmupEnd;
  readonly #laws: UnitLaws;
  readonly #control: SiftControl;
  readonly #sifted: SiftedRecord;
  readonly #reports: StepReports | undefined;
  /** [layers, heads] */
  readonly #logThresholds: Float32Array;
  #step = 0;
  /** Context length of the last planned step. */
  #contextLength = 0;
  /** The last step waits to be done again. */
  #mustRedo = false;
  /** Attempts at the last step that did not count. */
  #attempts = 0;
  #redos = 0;

  constructor(settings: ScheduleSettings, listeners: ScheduleListeners) {
    const units = new BudgetUnits(settings);
    this.settings = settings;
    this.#listeners = listeners;
    this.#prompt = new PromptRecord(settings, units);
    this.#warmup = new WarmupRecord(settings);
    this.#laws = new UnitLaws(settings, units, { prompt: this.#prompt, warmup: this.#warmup });
    this.#warmupEnd = new WarmupEnd(settings, this.#laws);
    this.#sifted = new SiftedRecord(settings);
    this.#reports = needsReports(settings) ? new StepReports(settings) : undefined;
    this.#control = new SiftControl(settings, units, {
      laws: this.#laws,
      prompt: this.#prompt,
      decide: (decision) => this.#listeners.onDecision?.(decision),
    });
    this.#logThresholds = new Float32Array(settings.layers * settings.heads);
  }

  get step(): number {
    return this.#step;
  }

  get wantsPrompt(): boolean {
    const { clock, warmup } = this.settings;
    const isOpen = this.#step === 0 && clock === "context-length";
    return isOpen && (warmup === "auto" || warmup === 0);
  }

  get nextPhase(): StepPlan["phase"] {
    const step = this.#step + 1;
    if (!this.#hasWarmupEnded(step)) return "warmup";
    this.#settle(step);
    return this.#control.wantsDense ? "dense" : "sift";
  }

  get plannable(): number {
    if (this.#mustRedo) return 0;
    if (!this.#hasWarmupEnded(this.#step + 1)) return this.remainingWarmup;
    if (!this.#warmupEnd.isFitted && !this.#hasFitReports()) return 0;
    return this.#reports ? this.#room(this.#completeSteps(), this.#siftLag) : Infinity;
  }

  get remainingWarmup(): number {
    const { warmup } = this.settings;
    if (this.#hasWarmupEnded(this.#step + 1)) return 0;
    return warmup === "auto"
      ? this.#room(this.#warmup.complete, this.settings.lag)
      : warmup - this.#step;
  }

  get flooredQuantiles(): number {
    return this.#warmup.floored;
  }

  get counters(): ScheduleCounters {
    return { ...this.#control.counters, redos: this.#redos };
  }

  observePrompt(contextLength: number, quantiles: ArrayLike<number>): void {
    if (!this.wantsPrompt) {
      throw new SchedulerError(
        "unexpected-observation",
        "expected no row of the prompt: a warmup of given length or the generated-steps clock takes none, and none " +
          "comes after the first step",
      );
    }
    this.#prompt.observe(contextLength, quantiles);
    this.#warmupEnd.reopen();
  }

  plan(contextLength: number): StepPlan {
    if (!Number.isSafeInteger(contextLength) || contextLength < 1) {
      throw new SchedulerError(
        "bad-argument",
        `contextLength: expected an integer of 1 or more, got ${contextLength}`,
      );
    }
    const step = this.#step + 1;
    if (this.#mustRedo) this.#refuseMissing(step, "the step before to be done again");
    const plan = this.#hasWarmupEnded(step)
      ? this.#planAfterWarmup(step, contextLength)
      : this.#planWarmup(step, contextLength);
    this.#step = step;
    this.#contextLength = contextLength;
    return plan;
  }

  redo(): StepPlan | undefined {
    if (!this.#mustRedo) return undefined;
    this.#mustRedo = false;
    this.#redos++;
    return { phase: "sift", step: this.#step, logThresholds: this.#logThresholds };
  }

  observeQuantiles(layer: number, quantiles: ArrayLike<number>): void {
    this.#expectIndex("layer", layer, this.settings.layers);
    const isWarmup = this.#warmup.observed(layer) < this.#warmup.planned;
    if (isWarmup || !this.#reports) this.#warmup.observe(layer, quantiles);
    else this.#reports.observeQuantiles(layer, quantiles);
  }

  observeSifted(
    layer: number,
    kept: ArrayLike<number>,
    droppedMass: ArrayLike<number>,
    union?: ArrayLike<number>,
  ): void {
    this.#expectIndex("layer", layer, this.settings.layers);
    if (this.#reports) this.#observeReported(this.#reports, layer, { kept, droppedMass, union });
    else this.#observeFrozen(layer, kept, droppedMass);
  }

  law(layer: number, head: number): PowerLawFit | undefined {
    this.#expectHead(layer, head);
    const { fit, heads } = this.settings;
    const steps = this.#warmupEnd.fittedSteps(this.#step, this.#warmup.observed(layer));
    return steps === undefined ? undefined : this.#laws.head(layer * heads + head, steps, fit);
  }

  observations(layer: number, head: number): HeadObservations {
    this.#expectHead(layer, head);
    const steps = this.#warmup.observed(layer);
    const { x, theta } = this.#laws.headPoints(layer * this.settings.heads + head, steps);
    return { x: [...x], quantiles: [...theta] };
  }

  sifted(layer: number, head: number): SiftedSummary {
    this.#expectHead(layer, head);
    return this.#sifted.summary(layer, head);
  }

  corrections(): Float64Array {
    return this.#control.corrections();
  }

  snapshot(): ScheduleSnapshot {
    return {
      version: SNAPSHOT_VERSION,
      settings: structuredClone(this.settings),
      step: this.#step,
      contextLength: this.#contextLength,
      clock: this.#warmup.plannedClock(),
      quantiles: Array.from({ length: this.settings.layers }, (_, i) => this.#warmup.rows(i)),
      prompt: structuredClone(this.#prompt.rows),
      warmupEnd: this.#warmupEnd.state(),
      sifted: this.#sifted.sums(),
      control: this.#control.state(),
      reports: structuredClone(this.#reports?.open ?? []),
      reported: this.#reports?.reported() ?? [],
      complete: this.#reports?.complete ?? 0,
      mustRedo: this.#mustRedo,
      attempts: this.#attempts,
      redos: this.#redos,
      logThresholds: Array.from(this.#logThresholds, (value) =>
        value === -Infinity ? null : value,
      ),
    };
  }

  /** Replays a checked snapshot into a new schedule. */
  restore(snapshot: ScheduleSnapshot): void {
    const { heads, layers } = this.settings;
    this.#prompt.restore(snapshot.prompt);
    for (const x of snapshot.clock) this.#warmup.plan(x);
    for (let layer = 0; layer < layers; layer++) {
      const rows = snapshot.quantiles[layer]!;
      for (let at = 0; at < rows.length; at += heads) {
        this.#warmup.observe(layer, rows.slice(at, at + heads));
      }
    }
    this.#warmupEnd.restore(snapshot.warmupEnd);
    if (this.#warmupEnd.isFitted) this.#control.fit(this.#warmupEnd.fitted);
    this.#control.restore(snapshot.control);
    this.#sifted.restore(snapshot.sifted);
    this.#reports?.restore(snapshot.reports, snapshot.reported, snapshot.complete);
    this.#mustRedo = snapshot.mustRedo;
    this.#attempts = snapshot.attempts;
    this.#redos = snapshot.redos;
    this.#logThresholds.set(snapshot.logThresholds.map((value) => value ?? -Infinity));
    this.#step = snapshot.step;
    this.#contextLength = snapshot.contextLength;
  }

  #planWarmup(step: number, contextLength: number): StepPlan {
    const { warmup, clock, lag, quantile } = this.settings;
    if (warmup === "auto") this.#expectReports(step, this.#warmup.complete, lag);
    this.#warmup.plan(clock === "generated-steps" ? step : contextLength);
    return { phase: "warmup", step, quantile };
  }

  #planAfterWarmup(step: number, contextLength: number): StepPlan {
    if (!this.#warmupEnd.isFitted) this.#fit(step);
    if (this.#reports) this.#expectReports(step, this.#completeSteps(), this.#siftLag);
    this.#settle(step);
    const isDense = this.#control.takeDense();
    this.#reports?.plan(step, contextLength, isDense);
    if (isDense) return { phase: "dense", step, quantile: this.settings.quantile };
    this.#control.writeThresholds(step, contextLength, this.#logThresholds);
    return { phase: "sift", step, logThresholds: this.#logThresholds };
  }

  /** Whether a step comes after the warmup. It decides that of an automatic warmup, the same whenever it is asked. */
  #hasWarmupEnded(step: number): boolean {
    return this.#warmupEnd.hasEnded(step, this.#warmup.complete);
  }

  #hasFitReports(): boolean {
    return this.settings.warmup === "auto" || this.#warmup.complete >= this.settings.warmup;
  }

  /** @throws SchedulerError "missing-observations" */
  #fit(step: number): void {
    if (!this.#hasFitReports()) this.#warmup.expectComplete();
    this.#warmupEnd.fit();
    this.#control.fit(this.#warmupEnd.fitted);
    this.#listeners.onDecision?.({
      kind: "fit",
      step,
      promptRows: this.#prompt.rows.length,
      warmupSteps: this.#warmupEnd.fitted.steps,
      timedOut: this.#warmupEnd.fitted.timedOut,
    });
  }

  /** Lets the reports work that a step is planned with: those of the steps before the last few, whatever has come. */
  #settle(step: number): void {
    const reports = this.#reports;
    if (!reports || !this.#warmupEnd.isFitted) return;
    for (let first = reports.open[0]; first; first = reports.open[0]) {
      if (first.step > step - 1 - this.settings.lag || first.step > reports.complete) return;
      reports.settle();
      this.#control.observe(first, step);
    }
  }

  /** Steps that may be planned before one more report comes. */
  #room(complete: number, lag: number): number {
    return Math.max(0, complete + 1 + lag - this.#step);
  }

  /** Steps after the warmup that may be planned without their reports: one that may be done again must be the last. */
  get #siftLag(): number {
    const { maxDroppedMass, floorAnswer, lag } = this.settings;
    const mayRedo = maxDroppedMass !== "none" && floorAnswer !== "fill";
    return mayRedo ? 0 : lag;
  }

  /** The last step after the warmup that all layers reported; that of the warmup before there is one. */
  #completeSteps(): number {
    return Math.max(this.#reports?.complete ?? 0, this.#warmupEnd.last);
  }

  #expectReports(step: number, complete: number, lag: number): void {
    if (complete < step - 1 - lag)
      this.#refuseMissing(step, `the reports of all layers up to step ${step - 1 - lag}`);
  }

  #refuseMissing(step: number, expected: string): never {
    throw new SchedulerError(
      "missing-observations",
      `step ${step}: expected ${expected} before it`,
    );
  }

  #observeReported(
    reports: StepReports,
    layer: number,
    { kept, droppedMass, union }: SiftedNumbers,
  ): void {
    const report = reports.observeSifted(layer, kept, droppedMass, union);
    if (this.settings.maxDroppedMass === "none") {
      this.#count({ layer, step: report.step, kept, droppedMass });
    } else if (report.layers === this.settings.layers) {
      this.#judge(report);
    }
  }

  #observeFrozen(layer: number, kept: ArrayLike<number>, droppedMass: ArrayLike<number>): void {
    const planned = Math.max(0, this.#step - this.#warmupEnd.last);
    const step = this.#warmupEnd.last + this.#sifted.expectNext(layer, kept, droppedMass, planned);
    this.#count({ layer, step, kept, droppedMass });
  }

  #count(observation: Parameters<NonNullable<ScheduleListeners["onSifted"]>>[0]): void {
    this.#sifted.add(observation.layer, observation.kept, observation.droppedMass);
    this.#listeners.onSifted?.(observation);
  }

  /** Has a step done again, or counts it. */
  #judge(report: StepReport): void {
    const { layers, heads } = this.settings;
    const answer = this.#control.judge(report);
    if (answer) {
      this.#attempts++;
      this.#prepareRedo(answer, report);
      this.#reports!.repeat();
      return;
    }
    this.#attempts = 0;
    for (let layer = 0; layer < layers; layer++) {
      const kept = report.kept.slice(layer * heads, (layer + 1) * heads);
      const droppedMass = report.droppedMass.slice(layer * heads, (layer + 1) * heads);
      this.#count({ layer, step: report.step, kept, droppedMass });
    }
  }

  /** Writes the thresholds of the next attempt at the last step. */
  #prepareRedo(answer: "lower" | "full", { droppedMass }: StepReport): void {
    const target = this.#logThresholds;
    this.#mustRedo = true;
    if (answer === "full" || this.#attempts > 2) target.fill(-Infinity);
    else if (this.#attempts === 1) this.#control.lowerHeads(droppedMass, target);
    else this.#control.lowerThresholds(this.#contextLength, target);
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
  const { onSifted, onDecision, ...settings } = options;
  return new SequenceScheduler(expectSettings(settings), { onSifted, onDecision });
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
