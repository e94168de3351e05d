import type { LogPoints } from "./log-points.ts";
import type { PowerLaw } from "./power-law.ts";

/** Sums over the residuals r = ln y − (logScale − exponent · ln x) of a law, in the order of the points. */
export interface ResidualSums {
  /** Σ r². */
  readonly squares: number;
  /** Σ (r[i] − r̄)(r[i + 1] − r̄) / Σ (r[i] − r̄)²; 0 when all residuals are equal. */
  readonly autocorrelation: number;
}

/** Lag-1 autocorrelation from its two sums, the first possibly over no pair. */
export function autocorrelationOf(laggedProducts: number, squares: number): number {
  return squares > 0 ? laggedProducts / squares : 0;
}

/** Residuals of a law: [count]. */
function residuals({ logX, logY }: LogPoints, { logScale, exponent }: PowerLaw): Float64Array {
  return logY.map((value, i) => value - (logScale - exponent * logX[i]!));
}

export function sumResiduals(points: LogPoints, law: PowerLaw): ResidualSums {
  const values = residuals(points, law);
  let squares = 0;
  let total = 0;
  for (const value of values) {
    squares += value * value;
    total += value;
  }
  const mean = total / values.length;
  let centredSquares = 0;
  let laggedProducts = 0;
  let previous = 0;
  for (const value of values) {
    const centred = value - mean;
    centredSquares += centred * centred;
    laggedProducts += previous * centred;
    previous = centred;
  }
  return { squares, autocorrelation: autocorrelationOf(laggedProducts, centredSquares) };
}
