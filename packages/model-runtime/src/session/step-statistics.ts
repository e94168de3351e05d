import type { ScheduleDecision } from "@sift-attention/threshold-scheduler";
import { layerWindow } from "../backend/layer-window.ts";
import type { StepStatistics } from "../step-statistics.ts";
import type { ModelConfig } from "../weights/model-config.ts";
import type { PlannedRows } from "./attention-schedule.ts";
import type { PassStatistics } from "./pass-statistics.ts";

/** What the numbers of a pass do not tell. */
interface StepCircumstances {
  readonly valueRowBytes: number;
  /** Read by attempts at the same step that do not count. */
  readonly valueRowsBefore: number;
  readonly decisions: readonly ScheduleDecision[] | undefined;
}

/** Statistics of a pass of one row; `pass` is no view. */
export function toStepStatistics(
  plan: PlannedRows,
  pass: PassStatistics,
  config: ModelConfig,
  { valueRowBytes, valueRowsBefore, decisions }: StepCircumstances,
): StepStatistics {
  const { rule } = plan.attention;
  const contextLength = pass.firstPosition + 1;
  const visible = Array.from({ length: config.layers }, (_, layer) =>
    Math.min(contextLength, layerWindow(config, layer)),
  );
  const unionRows = pass.union.reduce((sum, rows) => sum + rows, 0);
  const valueRowsRead = valueRowsBefore + unionRows;
  const valueRows = config.kvHeads * visible.reduce((sum, keys) => sum + keys, 0);
  const valueRowsSkipped = valueRows - unionRows;
  return {
    phase: plan.phase,
    step: plan.firstStep,
    contextLength,
    keptFraction: fractions(pass.kept, visible),
    unionFraction: fractions(pass.union, visible),
    droppedMass: pass.droppedMass,
    ...(pass.quantiles && { quantiles: pass.quantiles }),
    ...(rule.kind === "sift" && rule.logThresholds && { logThresholds: rule.logThresholds }),
    ...(decisions && { decisions }),
    valueRowsRead,
    valueRowsSkipped,
    valueBytesRead: valueRowsRead * valueRowBytes,
    valueBytesSkipped: valueRowsSkipped * valueRowBytes,
  };
}

/** Counts [layers, heads] over the visible keys of each layer. */
function fractions(counts: Float32Array, visible: readonly number[]): Float32Array {
  const heads = counts.length / visible.length;
  return counts.map((count, at) => count / visible[Math.floor(at / heads)]!);
}

/** The same numbers in arrays of their own. */
export function copyPass(pass: PassStatistics): PassStatistics {
  return {
    ...pass,
    kept: pass.kept.slice(),
    union: pass.union.slice(),
    droppedMass: pass.droppedMass.slice(),
    quantiles: pass.quantiles?.slice(),
  };
}
