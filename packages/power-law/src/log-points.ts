import { PowerLawError } from "./power-law-error.ts";

/** Points in log space, in the order of observation. */
export interface LogPoints {
  /** ln x: [count]. */
  readonly logX: Float64Array;
  /** ln y: [count]. */
  readonly logY: Float64Array;
}

/** @throws PowerLawError "bad-value" */
export function expectLog(value: number, name: string): number {
  if (value > 0 && value < Infinity) return Math.log(value);
  throw new PowerLawError("bad-value", `${name}: expected a positive finite number, got ${value}`);
}

/** @throws PowerLawError "length-mismatch" or "bad-value" */
export function expectLogPoints(x: ArrayLike<number>, y: ArrayLike<number>): LogPoints {
  if (x.length !== y.length) {
    throw new PowerLawError(
      "length-mismatch",
      `expected as many y as x, got ${x.length} x and ${y.length} y`,
    );
  }
  return {
    logX: Float64Array.from(x, (value, i) => expectLog(value, `x[${i}]`)),
    logY: Float64Array.from(y, (value, i) => expectLog(value, `y[${i}]`)),
  };
}
