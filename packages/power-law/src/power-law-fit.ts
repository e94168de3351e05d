import type { Line } from "./line.ts";
import type { Moments } from "./moments.ts";
import type { PowerLaw } from "./power-law.ts";
import type { ResidualSums } from "./residuals.ts";

/** A fitted power law and how well it fits, in log space. Plain finite numbers: survives JSON. */
export interface PowerLawFit extends PowerLaw {
  /** Points fitted. */
  readonly count: number;
  /** Points left over after the method took its share: count − 2, or up to count − 1 under a slope prior. */
  readonly degreesOfFreedom: number;
  /** √(Σ r² / degreesOfFreedom) of the residuals r of ln y; 0 where no degree of freedom is left. */
  readonly residualStd: number;
  /** 1 − Σ r² / Σ (ln y − mean)²: the share of the variance explained; below 0 when the mean would do better, 0 when all y are equal. */
  readonly rSquared: number;
  /** ρ: lag-1 autocorrelation of the residuals in the order of observation, in (−1, 1). */
  readonly autocorrelation: number;
  /** n_eff = n(1 − ρ)/(1 + ρ): how many independent points the correlated ones are worth for a mean. */
  readonly effectiveCount: number;
  /**
   * Standard deviation of the exponent: residualStd / √S, or the posterior one 1 / √(S / s² + 1 / priorStd²) under a
   * slope prior, with S = sxx · min(1, n_eff / n): correlated points say less of a slope, as they do of a mean.
   */
  readonly exponentStd: number;
  /** Mean of ln x. */
  readonly meanLogX: number;
  /** S_xx = Σ (ln x − meanLogX)². */
  readonly sxx: number;
}

function explainedShare({ count, meanLogY, syy }: Moments, squares: number): number {
  // Summing equal y for their mean leaves up to this much spread between them.
  const rounding = count * (count * Number.EPSILON * meanLogY) ** 2;
  return syy > rounding ? 1 - squares / syy : 0;
}

function exponentStd(line: Line, information: number, residualStd: number): number {
  const noiseVariance = line.belief?.noiseVariance ?? residualStd ** 2;
  const observed = information > 0 ? information / noiseVariance : 0;
  return 1 / Math.sqrt(observed + (line.belief?.precision ?? 0));
}

export function describeFit(moments: Moments, line: Line, residuals: ResidualSums): PowerLawFit {
  const { count, meanLogX, sxx } = moments;
  const { squares, autocorrelation } = residuals;
  const degreesOfFreedom = count - line.parameters;
  const residualStd = degreesOfFreedom > 0 ? Math.sqrt(squares / degreesOfFreedom) : 0;
  const effectiveShare = (1 - autocorrelation) / (1 + autocorrelation);
  return {
    logScale: line.logScale,
    exponent: line.exponent,
    count,
    degreesOfFreedom,
    residualStd,
    rSquared: explainedShare(moments, squares),
    autocorrelation,
    effectiveCount: count * effectiveShare,
    exponentStd: exponentStd(line, sxx * Math.min(1, effectiveShare), residualStd),
    meanLogX,
    sxx,
  };
}
