import { FEEDBACK_RANGE, PRIOR_FEEDBACK_RANGE } from "./schedule-settings.ts";

/** The state of a control, plain data. */
export interface FeedbackState {
  /** c of each unit: [units]. */
  readonly corrections: readonly number[];
  /** What the clamp cut off of each unit's steps, summed: [units]. */
  readonly cut: readonly number[];
  /** Steps of a unit that the clamp cut. */
  readonly clamps: number;
  /** Reports taken. */
  readonly steps: number;
}

/**
 * Holds the kept fraction of each unit: c ← clamp(c + γ · error), |c| ≤ 3 around a fitted law and 12 around the prior, with
 * the error of one step, never a sum of errors, which would wind up.
 *
 * Summed over the steps, γ · Σ error = c_T − c_0 + cut, whatever the errors were. While the clamp does not bite, the
 * mean error of T steps is therefore (c_T − c_0) / (γ · T): at most 6 / (γ · T) around a fitted law.
 */
export class FeedbackControl {
  readonly corrections: Float64Array;
  readonly #gain: number;
  /** Of |c|: [units]. */
  readonly #ranges: Float64Array;
  readonly #cut: Float64Array;
  #clamps = 0;
  #steps = 0;

  constructor(units: number, gain: number) {
    this.#gain = gain;
    this.corrections = new Float64Array(units);
    this.#ranges = new Float64Array(units).fill(FEEDBACK_RANGE);
    this.#cut = new Float64Array(units);
  }

  get clamps(): number {
    return this.#clamps;
  }

  /** Reports taken. */
  get steps(): number {
    return this.#steps;
  }

  /** What the clamp cut off of a unit's steps, summed. */
  cut(unit: number): number {
    return this.#cut[unit]!;
  }

  /** Says whether a unit corrects the prior, which may be far off, and not a law that was fitted. */
  setPrior(unit: number, isPrior: boolean): void {
    this.#ranges[unit] = isPrior ? PRIOR_FEEDBACK_RANGE : FEEDBACK_RANGE;
  }

  /** Takes the error of one step: [units], NaN for a unit that has none. */
  observe(errors: Float64Array): void {
    this.#steps++;
    for (let unit = 0; unit < errors.length; unit++) {
      const error = errors[unit]!;
      if (Number.isNaN(error)) continue;
      const wanted = this.corrections[unit]! + this.#gain * error;
      const taken = this.#clamp(unit, wanted);
      this.corrections[unit] = taken;
      this.#cut[unit]! += wanted - taken;
      if (taken !== wanted) this.#clamps++;
    }
  }

  /** Sets a unit's correction anew, within the clamp. */
  anchor(unit: number, correction: number): void {
    this.corrections[unit] = this.#clamp(unit, correction);
  }

  state(): FeedbackState {
    return {
      corrections: Array.from(this.corrections),
      cut: Array.from(this.#cut),
      clamps: this.#clamps,
      steps: this.#steps,
    };
  }

  restore({ corrections, cut, clamps, steps }: FeedbackState): void {
    this.corrections.set(corrections);
    this.#cut.set(cut);
    this.#clamps = clamps;
    this.#steps = steps;
  }

  #clamp(unit: number, correction: number): number {
    const range = this.#ranges[unit]!;
    return Math.max(-range, Math.min(range, correction));
  }
}
