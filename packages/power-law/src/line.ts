import type { SlopePrior } from "./fit-options.ts";
import type { Moments } from "./moments.ts";
import type { PowerLaw } from "./power-law.ts";

/** A law with what its method says of its certainty. */
export interface Line extends PowerLaw {
  /** Points' worth of freedom that the method spent: 2, or between 1 and 2 under a slope prior. */
  readonly parameters: number;
  /** What a slope prior knew of the exponent beforehand, and the variance of the noise it was weighed against. */
  readonly belief?: { readonly precision: number; readonly noiseVariance: number };
}

/** The line through the means with an exponent. */
function throughMeans({ meanLogX, meanLogY }: Moments, exponent: number): PowerLaw {
  return { exponent, logScale: meanLogY + exponent * meanLogX };
}

/** Ordinary least squares: β = −S_xy / S_xx. */
export function leastSquaresLine(moments: Moments): Line {
  return { ...throughMeans(moments, -moments.sxy / moments.sxx), parameters: 2 };
}

/**
 * Variance of the noise that the prior is weighed against: that of the residuals of least squares, or, where two
 * points leave none, of the deviations from the prior's own line.
 */
function noiseVariance(moments: Moments, prior: SlopePrior, leastSquaresRss: number): number {
  const { count, sxx, sxy, syy } = moments;
  if (count > 2) return leastSquaresRss / (count - 2);
  const rss = syy + 2 * prior.mean * sxy + prior.mean ** 2 * sxx;
  return count === 2 ? Math.max(0, rss) : 0;
}

/**
 * The most probable exponent under normal noise and a normal prior: the least-squares one with its precision
 * S_xx / s² and the prior's mean with its precision 1 / std², averaged by precision.
 *
 * @param leastSquaresRss Σ of the squared residuals of least squares; not read when all x are equal
 */
export function slopePriorLine(moments: Moments, prior: SlopePrior, leastSquaresRss: number): Line {
  const { sxx, sxy } = moments;
  const noise = noiseVariance(moments, prior, leastSquaresRss);
  const belief = { precision: prior.std ** -2, noiseVariance: noise };
  if (sxx === 0) return { ...throughMeans(moments, prior.mean), parameters: 1, belief };
  const share = sxx / (sxx + noise * belief.precision);
  const exponent = prior.mean + share * (-sxy / sxx - prior.mean);
  return { ...throughMeans(moments, exponent), parameters: 1 + share, belief };
}
