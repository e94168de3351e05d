import { type PowerLawFit, predictionBand } from "@sift-attention/power-law";
import type { ScheduleMargin, ScheduleSettings } from "./schedule-settings.ts";

/** The laws of all heads laid out for one loop: predicting a step costs no object and one logarithm. */
export class ThresholdPredictor {
  readonly #margin: ScheduleMargin;
  // All arrays: [layers, heads].
  readonly #logScale: Float64Array;
  readonly #exponent: Float64Array;
  readonly #meanLogX: Float64Array;
  readonly #squareAtMean: Float64Array;
  readonly #squarePerDistance: Float64Array;

  constructor({ layers, heads, margin }: ScheduleSettings) {
    const size = layers * heads;
    const marginSize = margin === "none" ? 0 : size;
    this.#margin = margin;
    this.#logScale = new Float64Array(size);
    this.#exponent = new Float64Array(size);
    this.#meanLogX = new Float64Array(marginSize);
    this.#squareAtMean = new Float64Array(marginSize);
    this.#squarePerDistance = new Float64Array(marginSize);
  }

  /** Sets the law of the head at an index of [layers, heads]. */
  set(index: number, fit: PowerLawFit): void {
    this.#logScale[index] = fit.logScale;
    this.#exponent[index] = fit.exponent;
    if (this.#margin === "none") return;
    // The lower end of a two-sided interval of level 2p − 1 holds alone with confidence p.
    const band = predictionBand(fit, 2 * this.#margin - 1);
    this.#meanLogX[index] = band.meanLogX;
    this.#squareAtMean[index] = band.squareAtMean;
    this.#squarePerDistance[index] = band.squarePerDistance;
  }

  /** Writes ln θ at a clock value for all heads: [layers, heads]. */
  predict(x: number, logThresholds: Float32Array): void {
    if (this.#margin === "none") this.#predictLaw(Math.log(x), logThresholds);
    else this.#predictLowerBound(Math.log(x), logThresholds);
  }

  #predictLaw(logX: number, logThresholds: Float32Array): void {
    const logScale = this.#logScale;
    const exponent = this.#exponent;
    for (let i = 0; i < logThresholds.length; i++) {
      logThresholds[i] = logScale[i]! - exponent[i]! * logX;
    }
  }

  #predictLowerBound(logX: number, logThresholds: Float32Array): void {
    const logScale = this.#logScale;
    const exponent = this.#exponent;
    const meanLogX = this.#meanLogX;
    const squareAtMean = this.#squareAtMean;
    const squarePerDistance = this.#squarePerDistance;
    for (let i = 0; i < logThresholds.length; i++) {
      const distance = logX - meanLogX[i]!;
      const square = squareAtMean[i]! + squarePerDistance[i]! * (distance * distance);
      logThresholds[i] = logScale[i]! - exponent[i]! * logX - Math.sqrt(square);
    }
  }
}
