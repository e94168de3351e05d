import type { Session } from "@sift-attention/model-runtime";
import { findPasskey, type PasskeyResult } from "../passkey/find-passkey.ts";
import type { PasskeyPrompt } from "../passkey/passkey-prompt.ts";
import type { Contestant } from "./calibrate-variants.ts";
import { measureCell } from "./measure-cell.ts";
import type { QualityInput } from "./quality-input.ts";

/** One prompt and how to speak of it. */
export interface PasskeyTask {
  readonly prompt: PasskeyPrompt;
  readonly seed: number;
  readonly label: string;
}

/** Every contestant on one prompt, in turn. @returns results in the order of the contestants. */
export async function measurePasskey(
  input: QualityInput,
  session: Session,
  { prompt, label }: PasskeyTask,
  contestants: readonly Contestant[],
): Promise<PasskeyResult[]> {
  const { model, settings, signal } = input;
  const { tokens, questionStart, answerStart } = prompt;
  const { warmup } = settings;
  const answered = { firstPosition: questionStart, endPosition: tokens.length - 1 };
  const pass = { session, layers: model.config.layers, prompt, ...(signal && { signal }) };
  const results: PasskeyResult[] = [];
  for (const { method, quantile, calibrated } of contestants) {
    const attention = method.attention({
      ...{ quantile, warmup, attentionFrom: questionStart, ...answered },
      ...(calibrated && { parameter: calibrated.parameter }),
    });
    const task = {
      subject: { kind: "passkey", tokens, attention, boundaries: [questionStart, answerStart] },
      label: `${label}, ${method.name}`,
      measure: () => findPasskey(pass, attention),
    } as const;
    results.push(await measureCell(input, task));
  }
  return results;
}
