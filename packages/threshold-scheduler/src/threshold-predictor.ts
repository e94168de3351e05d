import { type PowerLawFit, predictionBand, studentTQuantile } from "@sift-attention/power-law";
import { PRIOR_STD, priorLogScale } from "./prior-law.ts";
import type { ScheduleMargin } from "./schedule-settings.ts";

/** Degrees of freedom past which Student's t is the normal distribution. */
const MANY = 1e6;

/** The laws of all units laid out for one loop: predicting a step costs no object. */
export class ThresholdPredictor {
  readonly #margin: ScheduleMargin;
  // All arrays: [units].
  readonly #logScale: Float64Array;
  readonly #exponent: Float64Array;
  readonly #meanLogX: Float64Array;
  readonly #squareAtMean: Float64Array;
  readonly #squarePerDistance: Float64Array;

  constructor(units: number, margin: ScheduleMargin) {
    const marginSize = margin === "none" ? 0 : units;
    this.#margin = margin;
    this.#logScale = new Float64Array(units);
    this.#exponent = new Float64Array(units);
    this.#meanLogX = new Float64Array(marginSize);
    this.#squareAtMean = new Float64Array(marginSize);
    this.#squarePerDistance = new Float64Array(marginSize);
  }

  /** Sets the law of a unit. */
  set(unit: number, fit: PowerLawFit): void {
    this.#logScale[unit] = fit.logScale;
    this.#exponent[unit] = fit.exponent;
    if (this.#margin === "none") return;
    if (!(fit.degreesOfFreedom > 0)) {
      this.#setPriorBand(unit);
      return;
    }
    // The lower end of a two-sided interval of level 2p − 1 holds alone with confidence p.
    const band = predictionBand(fit, 2 * this.#margin - 1);
    this.#meanLogX[unit] = band.meanLogX;
    this.#squareAtMean[unit] = band.squareAtMean;
    this.#squarePerDistance[unit] = band.squarePerDistance;
  }

  /** Gives a unit the law θ = λ / N that is believed before anything was seen, for a mean kept fraction. */
  setPrior(unit: number, kept: number): void {
    this.#logScale[unit] = priorLogScale(kept);
    this.#exponent[unit] = 1;
    if (this.#margin !== "none") this.#setPriorBand(unit);
  }

  /** ln θ of a unit's law at ln x, less its margin, of which `marginShare` in [0, 1] is left. */
  predict(unit: number, logX: number, marginShare: number): number {
    const law = this.#logScale[unit]! - this.#exponent[unit]! * logX;
    if (this.#margin === "none") return law;
    const distance = logX - this.#meanLogX[unit]!;
    const square =
      this.#squareAtMean[unit]! + this.#squarePerDistance[unit]! * (distance * distance);
    return law - marginShare * Math.sqrt(square);
  }

  #setPriorBand(unit: number): void {
    this.#meanLogX[unit] = 0;
    this.#squareAtMean[unit] = (studentTQuantile(Number(this.#margin), MANY) * PRIOR_STD) ** 2;
    this.#squarePerDistance[unit] = 0;
  }
}
