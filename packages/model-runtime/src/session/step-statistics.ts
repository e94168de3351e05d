import type { StepStatistics } from "../step-statistics.ts";
import type { ModelConfig } from "../weights/model-config.ts";
import type { PlannedRows } from "./attention-schedule.ts";
import type { PassStatistics } from "./pass-statistics.ts";

/** Statistics of a pass of one row, copied. */
export function toStepStatistics(
  plan: PlannedRows,
  pass: PassStatistics,
  { layers, kvHeads, headDim }: ModelConfig,
): StepStatistics {
  const contextLength = pass.firstPosition + 1;
  const valueRowsRead = pass.union.reduce((sum, rows) => sum + rows, 0);
  const valueRowsSkipped = layers * kvHeads * contextLength - valueRowsRead;
  const rowBytes = headDim * Float32Array.BYTES_PER_ELEMENT;
  return {
    phase: plan.phase,
    step: plan.firstStep,
    contextLength,
    keptFraction: pass.kept.map((keys) => keys / contextLength),
    unionFraction: pass.union.map((rows) => rows / contextLength),
    droppedMass: pass.droppedMass.slice(),
    ...(pass.quantiles && { quantiles: pass.quantiles.slice() }),
    ...(plan.logThresholds && { logThresholds: plan.logThresholds.slice() }),
    valueRowsRead,
    valueRowsSkipped,
    valueBytesRead: valueRowsRead * rowBytes,
    valueBytesSkipped: valueRowsSkipped * rowBytes,
  };
}
