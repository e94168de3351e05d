import type { Session } from "@sift-attention/model-runtime";
import { keptKeys } from "../measures/kept-keys.ts";
import { readScheduleCounts } from "../measures/schedule-counts.ts";
import type { Contestant } from "../quality/calibrate-variants.ts";
import { measureCell } from "../quality/measure-cell.ts";
import type { QualityInput } from "../quality/quality-input.ts";
import { windowProtocol } from "../quality/window-protocol.ts";
import type { ShiftTask } from "./plan-shift.ts";

/** What a method kept along two documents that were joined. */
export interface ShiftResult {
  readonly seam: number;
  readonly firstPosition: number;
  /** Kept fraction of each row from `firstPosition` on, mean over layers and heads. */
  readonly kept: readonly number[];
  /**
   * Positions at which an alarm was raised, known to the chunk of a few rows that it fell into; null for attention without
   * a schedule.
   */
  readonly alarms: readonly number[] | null;
}

/** Every contestant along one pair. @returns results in the order of the contestants. */
export async function measureShift(
  input: QualityInput,
  session: Session,
  { tokens, seam, label }: ShiftTask,
  contestants: readonly Contestant[],
): Promise<ShiftResult[]> {
  const { warmup } = input.settings;
  const { attentionFrom, reportFrom } = windowProtocol(tokens.length, warmup);
  const results: ShiftResult[] = [];
  for (const { method, quantile, calibrated } of contestants) {
    const rows = { firstPosition: reportFrom, endPosition: tokens.length };
    const attention = method.attention({
      ...{ quantile, warmup, attentionFrom, ...rows },
      ...(calibrated && { parameter: calibrated.parameter }),
    });
    const task = {
      subject: { kind: "shift", tokens, attention, boundaries: [attentionFrom, reportFrom, seam] },
      label: `${label}, ${method.name}`,
      measure: async (): Promise<ShiftResult> => {
        const options = { attention, attentionFrom, reportFrom };
        const kept: number[] = [];
        const alarms: number[] = [];
        let raised = 0;
        const { layers } = input.model.config;
        const { signal } = input;
        const chunks = session.score(tokens, { ...options, ...(signal && { signal }) });
        for await (const chunk of chunks) {
          for (let row = 0; row < chunk.rows; row++) {
            const { keptFractions, queryHeads } = keptKeys(chunk, layers, row);
            kept.push(Number((keptFractions / queryHeads).toFixed(5)));
          }
          const count = readScheduleCounts(session)?.alarms ?? 0;
          if (count > raised) alarms.push(chunk.firstPosition + chunk.rows - 1);
          raised = count;
        }
        signal?.throwIfAborted();
        const raises = readScheduleCounts(session) !== null;
        return { seam, firstPosition: reportFrom, kept, alarms: raises ? alarms : null };
      },
    } as const;
    results.push(await measureCell(input, task));
  }
  return results;
}
