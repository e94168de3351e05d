import type { LogPoints } from "./log-points.ts";
import { PowerLawError } from "./power-law-error.ts";

/** Means of points in log space and the sums of squares and products about them. */
export interface Moments {
  readonly count: number;
  readonly meanLogX: number;
  readonly meanLogY: number;
  /** Σ (ln x − mean)²: exactly 0 when all x are equal. */
  readonly sxx: number;
  /** Σ (ln x − mean)(ln y − mean). */
  readonly sxy: number;
  /** Σ (ln y − mean)². */
  readonly syy: number;
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** Two passes in the order of the points: plain sums for the means, then the centred sums. */
export function computeMoments({ logX, logY }: LogPoints): Moments {
  const count = logX.length;
  const meanLogX = logX.every((value) => value === logX[0]) ? (logX[0] ?? 0) : sum(logX) / count;
  const meanLogY = sum(logY) / count;
  let sxx = 0;
  let sxy = 0;
  let syy = 0;
  for (let i = 0; i < count; i++) {
    const dx = logX[i]! - meanLogX;
    const dy = logY[i]! - meanLogY;
    sxx += dx * dx;
    sxy += dx * dy;
    syy += dy * dy;
  }
  return { count, meanLogX, meanLogY, sxx, sxy, syy };
}

/** @throws PowerLawError "too-few-points" */
export function expectCount(count: number, minimum: number, method: string): void {
  if (count >= minimum) return;
  const points = minimum === 1 ? "1 point" : `${minimum} points`;
  throw new PowerLawError("too-few-points", `${method}: expected at least ${points}, got ${count}`);
}

/** @throws PowerLawError "too-few-points" or "constant-x" */
export function expectSlope({ count, sxx }: Moments, method: string): void {
  expectCount(count, 2, method);
  if (sxx > 0) return;
  throw new PowerLawError(
    "constant-x",
    `${method}: expected at least two different x, got ${count} equal ones; a slope prior needs no spread of x`,
  );
}
