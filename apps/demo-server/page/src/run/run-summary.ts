import type { Run } from "./run.ts";
import type { StepRecord } from "./step-record.ts";

/** A run in one row, for comparing methods. Fractions in [0, 1]; absent where no step selected keys. */
export interface RunSummary {
  readonly tokens: number;
  readonly tokensPerSecond: number | undefined;
  readonly kept: number | undefined;
  readonly union: number | undefined;
  readonly droppedMass: number | undefined;
  readonly droppedMassMax: number | undefined;
  readonly valueBytesRead: number;
  readonly valueBytesSkipped: number;
}

/** Sums a run up. Kept, union and dropped mass leave the warmup out: it keeps everything by design. */
export function summariseRun(run: Run): RunSummary {
  const selecting = run.steps.filter(({ event }) => event.phase !== "warmup");
  const mean = (read: (step: StepRecord) => number): number | undefined =>
    selecting.length === 0
      ? undefined
      : selecting.reduce((sum, step) => sum + read(step), 0) / selecting.length;
  return {
    tokens: run.tokens,
    tokensPerSecond: run.timings?.predicted_per_second ?? meanRate(run.columns.tokensPerSecond),
    kept: mean(({ kept }) => kept),
    union: mean(({ union }) => union),
    droppedMass: mean(({ droppedMass }) => droppedMass),
    droppedMassMax: selecting.reduce<number | undefined>(
      (most, { droppedMassMax }) => Math.max(most ?? 0, droppedMassMax),
      undefined,
    ),
    valueBytesRead: run.valueBytesRead,
    valueBytesSkipped: run.valueBytesSkipped,
  };
}

/** Rates average by their times: the harmonic mean. */
function meanRate(rates: readonly number[]): number | undefined {
  const usable = rates.filter((rate) => rate > 0);
  if (usable.length === 0) return undefined;
  return usable.length / usable.reduce((sum, rate) => sum + 1 / rate, 0);
}
