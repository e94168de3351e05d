import {
  fitPowerLaw,
  type PowerLawFit,
  predictionBand,
  predictLog,
} from "@sift-attention/power-law";
import type { HeldOut, LawFit } from "./law-record.ts";
import type { LawSettings } from "./law-settings.ts";
import type { LawVariant } from "./law-variant.ts";

/** Points of a head: clock values, and quantiles above 0. */
export interface LawPoints {
  readonly x: readonly number[];
  readonly quantiles: readonly number[];
}

/** A fit without its subject. */
export type JudgedLaw = Omit<LawFit, "text" | "quantile" | "variant" | "layer" | "head">;

/** Fits one law and holds it to rows that it has not seen. @throws PowerLawError "constant-x", "too-few-points". */
export function fitLaw(
  { method }: Pick<LawVariant, "method">,
  points: { readonly fitted: LawPoints; readonly heldOut: LawPoints },
  settings: Pick<LawSettings, "level" | "leastRSquared" | "mostLogBias">,
): JudgedLaw {
  const fit = fitPowerLaw(points.fitted.x, points.fitted.quantiles, { method });
  const band = predictionBand(fit, settings.level);
  const heldOut = holdOut(fit, band, points.heldOut);
  const isScattered = fit.rSquared < settings.leastRSquared;
  const isOff = Math.abs(heldOut.logBias) > settings.mostLogBias;
  const { logScale, exponent, exponentStd, rSquared, residualStd, autocorrelation, count } = fit;
  return {
    ...{ logScale, exponent, exponentStd, rSquared, residualStd, autocorrelation, count },
    band,
    heldOut,
    failures: [...(isScattered ? ["scatter" as const] : []), ...(isOff ? ["drift" as const] : [])],
  };
}

/** Half the width of the band at x, in units of ln θ. */
export function halfWidth(band: LawFit["band"], x: number): number {
  const distance = Math.log(x) - band.meanLogX;
  return Math.sqrt(band.squareAtMean + band.squarePerDistance * distance * distance);
}

function holdOut(fit: PowerLawFit, band: LawFit["band"], { x, quantiles }: LawPoints): HeldOut {
  const errors = x.map((at, i) => predictLog(fit, at) - Math.log(quantiles[i]!));
  const inside = errors.filter((error, i) => Math.abs(error) <= halfWidth(band, x[i]!));
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    rows: x.length,
    logBias: mean(errors),
    logRms: Math.sqrt(mean(errors.map((error) => error * error))),
    insideBand: inside.length / x.length,
  };
}
