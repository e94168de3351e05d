import {
  expectSlopePrior,
  type FitOptions,
  refuseMethod,
  type SlopePriorOptions,
} from "./fit-options.ts";
import { type Line, leastSquaresLine, slopePriorLine } from "./line.ts";
import { expectLogPoints, type LogPoints } from "./log-points.ts";
import { computeMoments, expectCount, expectSlope, type Moments } from "./moments.ts";
import { describeFit, type PowerLawFit } from "./power-law-fit.ts";
import { sumResiduals } from "./residuals.ts";
import { medianLogScale, theilSenLine } from "./theil-sen.ts";

function fitSlopePrior(points: LogPoints, moments: Moments, options: SlopePriorOptions): Line {
  const prior = expectSlopePrior(options);
  expectCount(moments.count, 1, "slope-prior");
  const rss =
    moments.sxx > 0 ? sumResiduals(points, leastSquaresLine(moments)).squares : moments.syy;
  const line = slopePriorLine(moments, prior, rss);
  if (options.intercept === "mean") return line;
  return { ...line, logScale: medianLogScale(points, line.exponent) };
}

function fitLine(points: LogPoints, moments: Moments, options: FitOptions): Line {
  switch (options.method) {
    case undefined:
    case "least-squares":
      expectSlope(moments, "least-squares");
      return leastSquaresLine(moments);
    case "theil-sen":
      expectSlope(moments, "theil-sen");
      return theilSenLine(points);
    case "slope-prior":
      return fitSlopePrior(points, moments, options);
    default:
      return refuseMethod(
        Reflect.get(options, "method"),
        "least-squares, theil-sen or slope-prior",
      );
  }
}

/**
 * Fits y = exp(logScale) · x^(−exponent) to points, in log space.
 *
 * @param x [count], each above 0, in the order of observation (the autocorrelation of the residuals depends on it)
 * @param y [count], each above 0
 * @throws PowerLawError "length-mismatch", "bad-value" (not positive and finite), "too-few-points", "constant-x"
 * (least squares and Theil–Sen need two different x), "bad-option"
 */
export function fitPowerLaw(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  options: FitOptions = {},
): PowerLawFit {
  const points = expectLogPoints(x, y);
  const moments = computeMoments(points);
  const line = fitLine(points, moments, options);
  return describeFit(moments, line, sumResiduals(points, line));
}
