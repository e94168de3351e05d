import type { Session } from "@sift-attention/model-runtime";
import { type Calibrated, calibrate } from "../methods/calibrate.ts";
import { sampleScores } from "../methods/sample-scores.ts";
import type { RowRange } from "../methods/window-for-budget.ts";
import { measureCell } from "./measure-cell.ts";
import type { QualityInput } from "./quality-input.ts";
import type { Variant } from "./variants.ts";

/** A variant with what its calibration found. */
export interface Contestant extends Variant {
  readonly calibrated?: Calibrated;
}

/** Where calibrated methods get their parameter. */
export interface CalibrationPart {
  /** Of the text, none of which is evaluated. */
  readonly tokens: readonly number[];
  /** Rows that stand for those that are compared. */
  readonly range: RowRange;
  readonly label: string;
}

/** Cells that the calibration of these variants takes. */
export function calibrationCells(variants: readonly Variant[]): number {
  return variants.filter(({ method }) => method.calibration !== undefined).length;
}

/** Fits the parameter of each method that has one. The scores are sampled once, and only if some fit is missing. */
export async function calibrateVariants(
  input: QualityInput,
  session: Session,
  { tokens, range, label }: CalibrationPart,
  variants: readonly Variant[],
): Promise<Contestant[]> {
  let lines: Promise<Float32Array[]> | undefined;
  const contestants: Contestant[] = [];
  for (const variant of variants) {
    const { method, quantile } = variant;
    const { calibration } = method;
    if (calibration === undefined) {
      contestants.push(variant);
      continue;
    }
    const { parameter, least, most } = calibration;
    const family = method.name.split("+")[0];
    const task = {
      subject: {
        kind: "calibration",
        tokens,
        attention: { family, parameter, least, most, quantile },
        boundaries: [range.firstPosition, range.endPosition],
      },
      label: `${label}, calibrating ${method.name}`,
      measure: async () => {
        lines ??= sampleScores(session, tokens, range, input.signal);
        return calibrate(calibration, await lines, 1 - quantile);
      },
    } as const;
    contestants.push({ ...variant, calibrated: await measureCell(input, task) });
  }
  return contestants;
}
