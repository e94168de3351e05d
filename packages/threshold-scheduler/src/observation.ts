import { SchedulerError } from "./scheduler-error.ts";

/** Weights are summed in f32 by whoever reports them: over 128k keys rounding may carry a sum this far past 1. */
export const ROUNDING_SLACK = 1e-3;

/**
 * Checks one number per head, or more, that should lie in [0, 1].
 *
 * @throws SchedulerError "bad-observation"
 */
export function expectShares(
  name: string,
  values: ArrayLike<number>,
  heads: number,
  each = "one per head",
): void {
  if (values.length !== heads) {
    throw new SchedulerError(
      "bad-observation",
      `${name}: expected [${heads}] numbers, ${each}, got [${values.length}]`,
    );
  }
  for (let head = 0; head < heads; head++) {
    const value = values[head]!;
    if (value >= -ROUNDING_SLACK && value <= 1 + ROUNDING_SLACK) continue;
    throw new SchedulerError(
      "bad-observation",
      `${name}[${head}]: expected a number in [0, 1], got ${value}`,
    );
  }
}
