import type { PasskeyResult } from "../passkey/find-passkey.ts";
import type { Contestant } from "./calibrate-variants.ts";
import type { PasskeyTask } from "./measure-passkey.ts";
import { type PassSummary, summarisePasses } from "./pass-summary.ts";
import { type CalibrationNote, calibrationNote, type RowSubject } from "./quality-row.ts";

/** One prompt: how deep the key lay, as a share of the text before it, and whether it was found. */
export interface PasskeySample {
  readonly depth: number;
  readonly found: boolean;
  readonly seed: number;
}

/** What one method found of the pass keys at one context length. */
export interface PasskeyRow extends RowSubject, PassSummary {
  readonly method: string;
  /** τ; null for full attention. */
  readonly quantile: number | null;
  readonly calibration: CalibrationNote | null;
  /** Keys hidden by a prompt, one of which is asked for. */
  readonly keys: number;
  /** Share found, in [0, 1]. */
  readonly accuracy: number;
  readonly samples: readonly PasskeySample[];
}

/** The prompts of one row and what came of them. */
export interface PasskeyResults {
  readonly tasks: readonly PasskeyTask[];
  readonly results: readonly PasskeyResult[];
  readonly layers: number;
}

export function passkeyRow(
  subject: RowSubject,
  contestant: Contestant,
  { tasks, results, layers }: PasskeyResults,
): PasskeyRow {
  const { method, quantile } = contestant;
  const samples = results.map(({ depth, found }, i) => ({ depth, found, seed: tasks[i]!.seed }));
  const tokens = tasks.reduce(
    (sum, { prompt }) => sum + prompt.tokens.length - 1 - prompt.questionStart,
    0,
  );
  return {
    ...subject,
    method: method.name,
    quantile: method.usesQuantile ? quantile : null,
    calibration: calibrationNote(contestant),
    keys: tasks[0]!.prompt.keys,
    accuracy: samples.filter(({ found }) => found).length / samples.length,
    samples,
    ...summarisePasses(results, { tokens, layers }),
  };
}
