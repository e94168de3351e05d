import { predictLog } from "@sift-attention/power-law";
import type { BudgetUnits } from "./budget-units.ts";
import { denseMarks } from "./dense-heads.ts";
import { type DriftState, DriftWatch } from "./drift-watch.ts";
import { FeedbackControl, type FeedbackState } from "./feedback-control.ts";
import { type FallbackState, HeadFallback } from "./head-fallback.ts";
import { MassGuard } from "./mass-guard.ts";
import { type PromptRecord, startingShare } from "./prompt-record.ts";
import type { ScheduleCounters, ScheduleDecision } from "./schedule-decision.ts";
import type { ScheduleSettings } from "./schedule-settings.ts";
import type { StepReport } from "./step-reports.ts";
import { ThresholdPredictor } from "./threshold-predictor.ts";
import type { UnitLaws } from "./unit-laws.ts";
import { visibleShare } from "./visible-share.ts";
import type { FittedTo } from "./warmup-end.ts";

/** What steers the thresholds, plain data. */
export interface SiftControlState {
  readonly feedback: FeedbackState;
  readonly drift: DriftState;
  readonly fallback: FallbackState;
  /** 1 where a head is under full attention for good: [layers, heads]. */
  readonly dense: readonly number[];
  readonly wantsDense: boolean;
  readonly exceeded: number;
  /** What the guard of the dropped mass adds to ln θ: [layers, heads]. */
  readonly offsets: readonly number[];
}

/** What a control works with. */
interface SiftControlParts {
  readonly laws: UnitLaws;
  readonly prompt: PromptRecord;
  readonly decide: (decision: ScheduleDecision) => void;
}

/** f32 sums of dropped weights may pass the bound by their rounding: the threshold stays this much below, in ln θ. */
const ROUNDING_MARGIN = 1e-3;

/** Where nobody asked for the part, its state is that of one which never acted. */
const NO_DRIFT = { slack: 1, limit: 1 };
const NO_FALLBACK = { above: 1, below: 1, hold: 1, denseAfter: 1 };

/** Steers the thresholds of the sifted steps: the laws, and what the reports make of them. */
export class SiftControl {
  readonly #settings: ScheduleSettings;
  readonly #units: BudgetUnits;
  readonly #parts: SiftControlParts;
  readonly #predictor: ThresholdPredictor;
  readonly #feedback: FeedbackControl;
  readonly #drift: DriftWatch;
  readonly #fallback: HeadFallback;
  /** [layers, heads] */
  readonly #dense: Uint8Array;
  readonly #guard: MassGuard;
  #fitted: FittedTo | undefined;
  #wantsDense = false;
  #exceeded = 0;

  constructor(settings: ScheduleSettings, units: BudgetUnits, parts: SiftControlParts) {
    const { margin, feedback, drift, fallback, layers, heads } = settings;
    this.#settings = settings;
    this.#units = units;
    this.#parts = parts;
    this.#predictor = new ThresholdPredictor(units.count, margin);
    this.#feedback = new FeedbackControl(units.count, feedback === "none" ? 0 : feedback);
    this.#drift = new DriftWatch(drift === "none" ? NO_DRIFT : drift);
    this.#fallback = new HeadFallback(layers * heads, fallback === "none" ? NO_FALLBACK : fallback);
    this.#dense = denseMarks(settings);
    const { maxDroppedMass } = settings;
    this.#guard = new MassGuard(layers * heads, maxDroppedMass === "none" ? 1 : maxDroppedMass);
  }

  get counters(): Omit<ScheduleCounters, "redos"> {
    return {
      fallbacks: this.#fallback.fallbacks,
      exceeded: this.#exceeded,
      alarms: this.#drift.alarms,
      clamps: this.#feedback.clamps,
      denseHeads: this.#dense.reduce((sum, mark) => sum + mark, 0),
    };
  }

  /** Whether the next step is to run under full attention. */
  get wantsDense(): boolean {
    return this.#wantsDense;
  }

  takeDense(): boolean {
    const wanted = this.#wantsDense;
    this.#wantsDense = false;
    return wanted;
  }

  /** c of each unit: a copy. */
  corrections(): Float64Array {
    return this.#feedback.corrections.slice();
  }

  /** Fits the laws of all units, and marks the heads that are flat. */
  fit(fitted: FittedTo): void {
    this.#fitted = fitted;
    const { quantile, controls, heads, kvHeads } = this.#settings;
    const kept = startingShare(1 - quantile, controls === "union" ? heads / kvHeads : 1);
    for (let unit = 0; unit < this.#units.count; unit++) {
      const law = this.#parts.laws.unit(unit, fitted.steps, fitted.method);
      if (law) this.#predictor.set(unit, law);
      else this.#predictor.setPrior(unit, kept);
      this.#feedback.setPrior(unit, law === undefined);
    }
    this.#markFlat();
  }

  /** Writes ln θ of a step: [layers, heads]. */
  writeThresholds(step: number, contextLength: number, target: Float32Array): void {
    const { layers, heads, clock, fallback, feedback } = this.#settings;
    const { corrections, steps } = this.#feedback;
    const marginShare = feedback === "none" ? 1 : 1 / Math.sqrt(1 + steps);
    for (let layer = 0; layer < layers; layer++) {
      const x = clock === "generated-steps" ? step : this.#visible(layer, contextLength);
      const logX = Math.log(x);
      for (let at = layer * heads; at < (layer + 1) * heads; at++) {
        const unit = this.#units.ofHead[at]!;
        const isFull =
          this.#dense[at] === 1 || (fallback !== "none" && this.#fallback.isActive(at, step));
        target[at] = isFull
          ? -Infinity
          : this.#predictor.predict(unit, logX, marginShare) +
            corrections[unit]! +
            this.#guard.offsets[at]!;
      }
    }
  }

  /** Lowers ln θ of the heads that dropped too much: [layers, heads] each. */
  lowerHeads(droppedMass: readonly number[], target: Float32Array): void {
    this.#guard.lower(droppedMass, target);
  }

  /**
   * Lowers ln θ where the keys below it could weigh more than d_max together: N keys below d_max / N cannot. A bound
   * that holds whatever the queries are.
   */
  lowerThresholds(contextLength: number, target: Float32Array): void {
    const { layers, heads, maxDroppedMass } = this.#settings;
    for (let layer = 0; layer < layers; layer++) {
      const most =
        Math.log(Number(maxDroppedMass) / this.#visible(layer, contextLength)) - ROUNDING_MARGIN;
      for (let at = layer * heads; at < (layer + 1) * heads; at++) {
        target[at] = Math.min(target[at]!, most);
      }
    }
  }

  /**
   * Whether a reported step is to be done again, and how: heads that dropped too much are lowered first, and should the
   * changed queries make others drop too much, all of them.
   */
  judge(report: StepReport): "lower" | "full" | undefined {
    const { maxDroppedMass, floorAnswer } = this.#settings;
    const over = report.droppedMass.filter((mass) => mass > Number(maxDroppedMass));
    if (over.length === 0) {
      this.#guard.relax();
      return undefined;
    }
    const droppedMass = Math.max(...over);
    this.#parts.decide({
      ...{ kind: "floor", step: report.step, heads: over.length },
      ...{ droppedMass, answer: floorAnswer },
    });
    if (floorAnswer !== "fill") return floorAnswer;
    this.#exceeded++;
    return undefined;
  }

  /** Lets a complete report work on the steps from `next` on. */
  observe(report: StepReport, next: number): void {
    if (report.isDense) this.#anchor(report);
    else this.#correct(report, next);
  }

  state(): SiftControlState {
    return {
      feedback: this.#feedback.state(),
      drift: this.#drift.state(),
      fallback: this.#fallback.state(),
      dense: Array.from(this.#dense),
      wantsDense: this.#wantsDense,
      exceeded: this.#exceeded,
      offsets: Array.from(this.#guard.offsets),
    };
  }

  restore(state: SiftControlState): void {
    this.#feedback.restore(state.feedback);
    this.#drift.restore(state.drift);
    this.#fallback.restore(state.fallback);
    this.#dense.set(state.dense);
    this.#wantsDense = state.wantsDense;
    this.#exceeded = state.exceeded;
    this.#guard.offsets.set(state.offsets);
  }

  #visible(layer: number, contextLength: number): number {
    return contextLength * visibleShare(this.#settings, layer, contextLength);
  }

  #correct(report: StepReport, next: number): void {
    const errors = this.#errors(report);
    if (this.#settings.feedback !== "none") {
      this.#feedback.observe(errors);
      this.#parts.decide({
        ...{ kind: "feedback", step: report.step },
        ...{ errors: Array.from(errors), corrections: Array.from(this.#feedback.corrections) },
      });
    }
    if (this.#settings.drift !== "none" && this.#drift.observe(meanOf(errors))) {
      this.#wantsDense = true;
      this.#parts.decide({ kind: "alarm", step: report.step });
    }
    if (this.#settings.fallback !== "none") this.#observeFallbacks(report, next);
  }

  /** Share kept less target: [units]. */
  #errors({ planned, ...report }: StepReport): Float64Array {
    const { controls, quantile } = this.#settings;
    const { kept, union } = planned ?? report;
    const shares =
      controls === "union"
        ? this.#units.meanOverGroups(union, this.#dense)
        : this.#units.meanOverHeads(kept, this.#dense);
    return shares.map((share) => share - (1 - quantile));
  }

  #observeFallbacks(report: StepReport, next: number): void {
    const { heads } = this.#settings;
    for (let at = 0; at < report.droppedMass.length; at++) {
      if (this.#dense[at] === 1) continue;
      const dropped = report.droppedMass[at]!;
      const change = this.#fallback.observe(at, { step: report.step, dropped }, next);
      if (change === "dense") this.#dense[at] = 1;
      if (!change) continue;
      this.#parts.decide({
        kind: change,
        step: next,
        layer: Math.floor(at / heads),
        head: at % heads,
      });
    }
  }

  /**
   * Sets the corrections by the quantiles of a dense step: where the units would have kept their share in it, less what
   * their laws say. From quantiles at τ alone it takes the mean shift of a unit's heads against their own laws, and
   * without such laws the corrections stay.
   */
  #anchor(report: StepReport): void {
    const { layers, heads } = this.#settings;
    const hasLevels = report.quantiles.length > layers * heads;
    const shifts = hasLevels ? this.#unitShifts(report) : this.#meanShifts(report);
    for (const [unit, shift] of shifts.entries()) {
      if (!Number.isNaN(shift)) this.#feedback.anchor(unit, shift);
    }
    this.#parts.decide({
      ...{ kind: "anchor", step: report.step },
      corrections: Array.from(this.#feedback.corrections),
    });
  }

  #unitShifts({ contextLength, quantiles }: StepReport): Float64Array {
    const { units } = this.#parts.prompt.reduce(contextLength, quantiles);
    const logX = Math.log(contextLength);
    return Float64Array.from(units, (log, unit) => log - this.#predictor.predict(unit, logX, 0));
  }

  #meanShifts(report: StepReport): Float64Array {
    const { steps, method } = this.#fitted!;
    const shifts = report.quantiles.map((quantile, at) => {
      const law = this.#parts.laws.head(at, steps, method);
      if (!law || quantile <= 0) return Number.NaN;
      return Math.log(quantile) - predictLog(law, this.#clockOf(report, at));
    });
    return this.#units.meanOverHeads(shifts, this.#dense);
  }

  #clockOf({ step, contextLength }: StepReport, at: number): number {
    const { clock, heads } = this.#settings;
    return clock === "generated-steps"
      ? step
      : this.#visible(Math.floor(at / heads), contextLength);
  }

  #markFlat(): void {
    const { denseFlatness } = this.#settings;
    const { rows } = this.#parts.prompt;
    if (denseFlatness === "none" || rows.length === 0) return;
    for (let at = 0; at < this.#dense.length; at++) {
      const mean = rows.reduce((sum, row) => sum + row.flatness[at]!, 0) / rows.length;
      if (mean >= denseFlatness) this.#dense[at] = 1;
    }
  }
}

/** Of the numbers that are some; 0 when none is. */
function meanOf(values: Float64Array): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length);
}
