import { PowerLawError } from "./power-law-error.ts";

/** Points in log space, in the order of observation. */
export interface LogPoints {
  /** ln x: [count]. */
  readonly logX: Float64Array;
  /** ln y: [count]. */
  readonly logY: Float64Array;
}

function refuse(value: number, name: string): never {
  throw new PowerLawError("bad-value", `${name}: expected a positive finite number, got ${value}`);
}

/** @throws PowerLawError "bad-value" */
export function expectLog(value: number, name: string): number {
  return value > 0 && value < Infinity ? Math.log(value) : refuse(value, name);
}

function expectLogs(values: ArrayLike<number>, name: string): Float64Array {
  const logs = new Float64Array(values.length);
  for (let i = 0; i < logs.length; i++) {
    const value = values[i]!;
    logs[i] = value > 0 && value < Infinity ? Math.log(value) : refuse(value, `${name}[${i}]`);
  }
  return logs;
}

/** @throws PowerLawError "length-mismatch" or "bad-value" */
export function expectLogPoints(x: ArrayLike<number>, y: ArrayLike<number>): LogPoints {
  if (x.length !== y.length) {
    throw new PowerLawError(
      "length-mismatch",
      `expected as many y as x, got ${x.length} x and ${y.length} y`,
    );
  }
  return { logX: expectLogs(x, "x"), logY: expectLogs(y, "y") };
}
