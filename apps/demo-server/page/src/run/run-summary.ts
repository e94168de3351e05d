import type { Run } from "./run.ts";

/** A run in one row, for comparing methods. Fractions in [0, 1]; absent where no step selected keys. */
export interface RunSummary {
  readonly tokens: number;
  /** Mean over the run's steps. */
  readonly tokensPerSecond: number | undefined;
  readonly kept: number | undefined;
  readonly union: number | undefined;
  readonly droppedMass: number | undefined;
  readonly droppedMassMax: number | undefined;
  readonly valueBytesRead: number;
  readonly valueBytesSkipped: number;
}

/** Sums a run up. Kept, union and dropped mass leave the warmup out: it keeps everything by design. */
export function summariseRun({ tokens, timings, totals }: Run): RunSummary {
  const { means } = totals;
  return {
    tokens,
    tokensPerSecond: timings?.predicted_per_second ?? totals.tokensPerSecond,
    kept: means?.kept,
    union: means?.union,
    droppedMass: means?.droppedMass,
    droppedMassMax: means && totals.droppedMassMax,
    valueBytesRead: totals.valueBytesRead,
    valueBytesSkipped: totals.valueBytesSkipped,
  };
}
