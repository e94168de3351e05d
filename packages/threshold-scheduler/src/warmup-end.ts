import type { ScheduleFit, ScheduleSettings } from "./schedule-settings.ts";
import type { UnitLaws } from "./unit-laws.ts";

/** What the laws are fitted to. Plain data. */
export interface FittedTo {
  /** Steps of the warmup. */
  readonly steps: number;
  readonly timedOut: boolean;
  readonly method: ScheduleFit;
}

/** Rows whose median tells the level of a single head well enough for feedback to begin with. */
const LEVEL_ROWS = 16;

/** Where a warmup stands, plain data. */
export interface WarmupEndState {
  /** The last step of the warmup, −1 while it is open. */
  readonly last: number;
  /** Steps of the warmup that the last question of certainty was asked of. */
  readonly asked: number;
  /** Steps of the warmup that the laws are fitted to. */
  readonly steps: number;
  readonly timedOut: boolean;
  readonly isFitted: boolean;
}

/** Steps between two questions of certainty, which cost a fit each. */
const QUESTION_EVERY = 8;

/**
 * Decides after how many steps the warmup ends. An automatic one looks at the reports of the steps before the last `lag`
 * ones, so that it ends at the same step however late reports come.
 */
export class WarmupEnd {
  readonly #settings: ScheduleSettings;
  readonly #laws: UnitLaws;
  #state: WarmupEndState;

  constructor(settings: ScheduleSettings, laws: UnitLaws) {
    const { warmup } = settings;
    const isAuto = warmup === "auto";
    this.#settings = settings;
    this.#laws = laws;
    this.#state = {
      last: isAuto ? -1 : warmup,
      asked: -1,
      steps: isAuto ? 0 : warmup,
      timedOut: false,
      isFitted: false,
    };
  }

  /** The last step of the warmup; 0 while that is open. */
  get last(): number {
    return Math.max(0, this.#state.last);
  }

  get isFitted(): boolean {
    return this.#state.isFitted;
  }

  get fitted(): FittedTo {
    const { steps, timedOut } = this.#state;
    return { steps, timedOut, method: timedOut ? "slope-prior" : this.#settings.fit };
  }

  fit(): void {
    this.#state = { ...this.#state, isFitted: true };
  }

  /** Forgets the answers of an automatic warmup: there is more to be certain by. */
  reopen(): void {
    if (this.#settings.warmup === "auto" && !this.#state.isFitted) {
      this.#state = { ...this.#state, last: -1, asked: -1 };
    }
  }

  /** Whether a step comes after the warmup. `complete`: steps that all layers have reported. */
  hasEnded(step: number, complete: number): boolean {
    if (this.#state.last >= 0) return step > this.#state.last;
    const known = Math.max(0, Math.min(complete, step - 1 - this.#settings.lag));
    if (known === this.#state.asked || known % QUESTION_EVERY !== 0) return false;
    const timedOut = known >= this.#settings.warmupLimit;
    const ends = timedOut || this.#isCertain(known);
    this.#state = { ...this.#state, asked: known };
    if (ends) this.#state = { ...this.#state, last: step - 1, steps: known, timedOut };
    return ends;
  }

  /** Steps of the warmup that a head's law is fitted to; undefined while its layer lacks some. */
  fittedSteps(step: number, observed: number): number | undefined {
    if (this.#state.isFitted) return this.#state.steps;
    if (this.#settings.warmup === "auto" || step < this.last) return undefined;
    return observed >= this.last && observed > 0 ? this.last : undefined;
  }

  state(): WarmupEndState {
    return this.#state;
  }

  restore(state: WarmupEndState): void {
    this.#state = state;
  }

  /** Feedback makes up for a slope that is not known, and on many heads together for the level too. */
  #isCertain(steps: number): boolean {
    const { budget, feedback } = this.#settings;
    const isLevelKnown = budget !== "head" || this.#laws.rows(steps) >= LEVEL_ROWS;
    return (feedback !== "none" && isLevelKnown) || this.#laws.areCertain(steps);
  }
}
