import { PowerLawError } from "./power-law-error.ts";

/** Ordinary least squares of ln y on ln x. Needs two points with different x. */
export interface LeastSquaresOptions {
  readonly method?: "least-squares" | undefined;
}

/**
 * The median of the slopes between all pairs of points (Theil 1950, Sen 1968), then the median of ln y + β ln x as
 * logScale: holds against outliers in up to 29 % of the points. Needs two points with different x. Time and memory
 * grow with the square of the count.
 */
export interface TheilSenOptions {
  readonly method: "theil-sen";
}

/**
 * A prior belief about the exponent, β ~ N(priorMean, priorStd²): a ridge on the slope, which few points or points
 * close together in ln x cannot pull away. The noise it is weighed against is the variance of the least-squares
 * residuals, with two points that of the deviations from the prior's line. Works from one point on, and with all x
 * equal.
 */
export interface SlopePriorOptions {
  readonly method: "slope-prior";
  /** In [−1e100, 1e100]. Default 1. */
  readonly priorMean?: number | undefined;
  /** In [1e-100, 1e100]. Default 0.1. */
  readonly priorStd?: number | undefined;
  /**
   * logScale is the "median" of ln y + β ln x, which holds against outliers in up to half of the points, or their
   * "mean", the Bayesian answer to normal noise. Default "median".
   */
  readonly intercept?: "median" | "mean" | undefined;
}

/** How to fit. Default: least squares. */
export type FitOptions = LeastSquaresOptions | TheilSenOptions | SlopePriorOptions;

/** The fits that constant memory allows: a median needs all points. */
export type RunningFitOptions =
  | LeastSquaresOptions
  | (SlopePriorOptions & { readonly intercept: "mean" });

/** The normal distribution believed of the exponent. */
export interface SlopePrior {
  readonly mean: number;
  readonly std: number;
}

function refuseNumber(name: string, range: string, value: number): never {
  throw new PowerLawError("bad-option", `${name}: expected a number in ${range}, got ${value}`);
}

/** @throws PowerLawError "bad-option" */
export function expectSlopePrior(options: SlopePriorOptions): SlopePrior {
  const { priorMean = 1, priorStd = 0.1, intercept = "median" } = options;
  // Squares of the two stay finite within these bounds, and above 0.
  if (!(Math.abs(priorMean) <= 1e100)) refuseNumber("priorMean", "[-1e100, 1e100]", priorMean);
  if (!(priorStd >= 1e-100 && priorStd <= 1e100)) {
    refuseNumber("priorStd", "[1e-100, 1e100]", priorStd);
  }
  if (intercept !== "median" && intercept !== "mean") {
    throw new PowerLawError("bad-option", `intercept: expected median or mean, got ${intercept}`);
  }
  return { mean: priorMean, std: priorStd };
}

/** @throws PowerLawError "bad-option" always: for callers whose options no compiler has seen. */
export function refuseMethod(method: unknown, known: string): never {
  throw new PowerLawError("bad-option", `method: expected ${known}, got ${String(method)}`);
}
