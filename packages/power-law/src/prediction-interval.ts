import { expectLog } from "./log-points.ts";
import { predictLog } from "./power-law.ts";
import { PowerLawError } from "./power-law-error.ts";
import type { PowerLawFit } from "./power-law-fit.ts";
import { studentTQuantile } from "./student-t-quantile.ts";

/**
 * The half-width of a prediction interval as a function of x:
 * √(squareAtMean + squarePerDistance · (ln x − meanLogX)²), in units of ln y.
 */
export interface PredictionBand {
  readonly meanLogX: number;
  readonly squareAtMean: number;
  readonly squarePerDistance: number;
}

/** Where a further observation is expected to fall, as logarithms. */
export interface PredictionInterval {
  /** ln y of the lower bound. */
  readonly lowLog: number;
  /** ln y of the upper bound. */
  readonly highLog: number;
}

/**
 * The band of the prediction intervals of a fit at one level. Its half-width at x is
 * t · √(s² · (1 + 1/n_eff) + σ_β² · (ln x − mean)²), with the fit's residualStd s, effectiveCount n_eff and
 * exponentStd σ_β; with independent residuals and least squares that is t · s · √(1 + 1/n + (ln x − mean)² / S_xx).
 * t is Student's, with as many degrees of freedom as the effective count leaves: never more than the fit has, never
 * less than one. One band serves all x, so that many predictions cost one quantile.
 *
 * @param level two-sided, in (0, 1): the share of further observations that should fall inside. The lower bound
 * alone holds with confidence (1 + level) / 2.
 * @throws PowerLawError "bad-option" for the level, "no-residual" when the fit has no degree of freedom left
 */
export function predictionBand(fit: PowerLawFit, level: number): PredictionBand {
  if (!(level > 0 && level < 1)) {
    throw new PowerLawError("bad-option", `level: expected a number in (0, 1), got ${level}`);
  }
  if (!(fit.degreesOfFreedom > 0)) {
    throw new PowerLawError(
      "no-residual",
      `expected more points than parameters, got ${fit.count}: fit one more point`,
    );
  }
  const missing = Math.max(0, fit.count - fit.effectiveCount);
  const t = studentTQuantile((1 + level) / 2, Math.max(1, fit.degreesOfFreedom - missing));
  return {
    meanLogX: fit.meanLogX,
    squareAtMean: (t * fit.residualStd) ** 2 * (1 + 1 / fit.effectiveCount),
    squarePerDistance: (t * fit.exponentStd) ** 2,
  };
}

/**
 * The interval in which a further observation at x falls with probability `level`, in log space.
 *
 * @param x above 0
 * @param level two-sided, in (0, 1); the lower bound alone holds with confidence (1 + level) / 2
 * @throws PowerLawError "bad-value" for x, "bad-option" for the level, "no-residual" when the fit has no degree of
 * freedom left
 */
export function predictionInterval(fit: PowerLawFit, x: number, level: number): PredictionInterval {
  const distance = expectLog(x, "x") - fit.meanLogX;
  const { squareAtMean, squarePerDistance } = predictionBand(fit, level);
  const halfWidth = Math.sqrt(squareAtMean + squarePerDistance * (distance * distance));
  const middle = predictLog(fit, x);
  return { lowLog: middle - halfWidth, highLog: middle + halfWidth };
}
