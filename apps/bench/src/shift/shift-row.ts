import type { Contestant } from "../quality/calibrate-variants.ts";
import type { RowSubject } from "../quality/quality-row.ts";
import { type CalibrationNote, calibrationNote } from "../quality/quality-row.ts";
import type { ShiftResult } from "./measure-shift.ts";

/** One pair of documents joined, under one method. */
export interface ShiftRow extends Omit<RowSubject, "text" | "context"> {
  /** What comes before the seam, and after it. */
  readonly texts: readonly [string, string];
  /** Which pair of the run, from 1. */
  readonly pair: number;
  readonly method: string;
  readonly quantile: number | null;
  readonly calibration: CalibrationNote | null;
  /** Position of the first token of the second document. */
  readonly seam: number;
  readonly keptNominal: number;
  /** Steps from the seam to the first alarm; null when there was none, or the method raises none. */
  readonly stepsToAlarm: number | null;
  /** Alarms in the first document, after the warmup. */
  readonly alarmsBefore: number | null;
  /** Mean kept fraction over the 64 rows before the seam, after it, and after those. */
  readonly keptBefore: number;
  readonly keptAfter: number;
  readonly keptLater: number;
  /** Kept fraction of each row from `firstPosition` on, mean over layers and heads. */
  readonly firstPosition: number;
  readonly kept: readonly number[];
}

/** Rows that a mean is taken over: those that a topic shift has to be over in. */
const SPAN = 64;

export function shiftRow(
  subject: {
    readonly model: string;
    readonly texts: readonly [string, string];
    readonly pair: number;
  },
  contestant: Contestant,
  { seam, firstPosition, kept, alarms }: ShiftResult,
): ShiftRow {
  const { method, quantile } = contestant;
  const at = seam - firstPosition;
  return {
    ...subject,
    method: method.name,
    quantile: method.usesQuantile ? quantile : null,
    calibration: calibrationNote(contestant),
    seam,
    keptNominal: 1 - quantile,
    stepsToAlarm: stepsToAlarm(alarms, seam),
    alarmsBefore: alarms?.filter((position) => position < seam).length ?? null,
    keptBefore: mean(kept.slice(at - SPAN, at)),
    keptAfter: mean(kept.slice(at, at + SPAN)),
    keptLater: mean(kept.slice(at + SPAN, at + 2 * SPAN)),
    firstPosition,
    kept,
  };
}

function stepsToAlarm(alarms: readonly number[] | null, seam: number): number | null {
  const first = alarms?.find((position) => position >= seam);
  return first === undefined ? null : first - seam + 1;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
