import { percentile } from "../../measures/percentile.ts";

/** A median with the tenths around it. */
export interface Spread {
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
  readonly samples: number;
}

/** @throws RangeError for no values. */
export function spreadOf(values: readonly number[]): Spread {
  return {
    median: percentile(values, 0.5),
    p10: percentile(values, 0.1),
    p90: percentile(values, 0.9),
    samples: values.length,
  };
}
