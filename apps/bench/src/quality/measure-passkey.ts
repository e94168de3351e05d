import type { Session } from "@sift-attention/model-runtime";
import { findPasskey, type PasskeyResult } from "../passkey/find-passkey.ts";
import type { PasskeyPrompt } from "../passkey/passkey-prompt.ts";
import { measureCell } from "./measure-cell.ts";
import type { QualityInput } from "./quality-input.ts";
import type { Variant } from "./variants.ts";

/** One prompt and how to speak of it. */
export interface PasskeyTask {
  readonly prompt: PasskeyPrompt;
  readonly label: string;
}

/** Every variant on one prompt, in turn. @returns results in the order of the variants. */
export async function measurePasskey(
  input: QualityInput,
  session: Session,
  { prompt, label }: PasskeyTask,
  variants: readonly Variant[],
): Promise<PasskeyResult[]> {
  const { model, settings, signal } = input;
  const { tokens, questionStart, answerStart } = prompt;
  const { warmup } = settings;
  const answered = { firstPosition: questionStart, endPosition: tokens.length - 1 };
  const pass = { session, layers: model.config.layers, prompt, warmup, ...(signal && { signal }) };
  const results: PasskeyResult[] = [];
  for (const { method, quantile } of variants) {
    const attention = method.attention({ quantile, warmup, ...answered });
    const task = {
      subject: { kind: "passkey", tokens, attention, boundaries: [questionStart, answerStart] },
      label: `${label}, ${method.name}`,
      measure: () => findPasskey(pass, attention),
    } as const;
    results.push(await measureCell(input, task));
  }
  return results;
}
