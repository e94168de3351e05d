import type { Line } from "./line.ts";
import type { LogPoints } from "./log-points.ts";
import { medianInPlace } from "./median.ts";

/** logScale as the median of ln y + β ln x. */
export function medianLogScale({ logX, logY }: LogPoints, exponent: number): number {
  return medianInPlace(logY.map((value, i) => value + exponent * logX[i]!));
}

/** Slopes between all pairs of points with different x. */
function pairSlopes({ logX, logY }: LogPoints): Float64Array {
  const count = logX.length;
  const slopes = new Float64Array((count * (count - 1)) / 2);
  let found = 0;
  for (let i = 1; i < count; i++) {
    for (let j = 0; j < i; j++) {
      const dx = logX[i]! - logX[j]!;
      if (dx !== 0) slopes[found++] = (logY[i]! - logY[j]!) / dx;
    }
  }
  return slopes.subarray(0, found);
}

/** Theil–Sen: β = −median of the slopes between all pairs of points, each pair with different x. */
export function theilSenLine(points: LogPoints): Line {
  const exponent = -medianInPlace(pairSlopes(points));
  return { exponent, logScale: medianLogScale(points, exponent), parameters: 2 };
}
