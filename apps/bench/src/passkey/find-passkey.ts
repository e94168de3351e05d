import type { AttentionMode, Session } from "@sift-attention/model-runtime";
import { topToken } from "../measures/top-token.ts";
import { PassCounter, type PassTotals } from "../quality/pass-totals.ts";
import type { PasskeyPrompt } from "./passkey-prompt.ts";

/** Whether a method found the number, and what it read for question and answer. */
export interface PasskeyResult extends PassTotals {
  readonly found: boolean;
  readonly depth: number;
}

export interface PasskeyPass {
  readonly session: Session;
  readonly layers: number;
  readonly prompt: PasskeyPrompt;
  readonly signal?: AbortSignal;
}

/** Rows of the haystack's end that a fixed warmup takes, so that the question begins with sifting. */
function warmupOf(attention: AttentionMode): number {
  return attention.kind === "sift" && typeof attention.warmup === "number" ? attention.warmup : 0;
}

/**
 * Reads the haystack under full attention, question and answer under the method. Greedy decoding writes the number
 * exactly when each of its tokens is the top token after those before it, so that one pass over the whole decides it.
 * @throws the signal's reason when it was aborted.
 */
export async function findPasskey(
  { session, layers, prompt, signal }: PasskeyPass,
  attention: AttentionMode,
): Promise<PasskeyResult> {
  const { tokens, questionStart, answerStart, depth } = prompt;
  const attentionFrom = Math.max(1, questionStart - warmupOf(attention));
  const options = {
    attention,
    attentionFrom,
    reportFrom: questionStart,
    ...(signal && { signal }),
  };
  const counter = new PassCounter(layers);
  let found = true;
  for await (const chunk of session.score(tokens.slice(0, -1), options)) {
    counter.add(chunk);
    const vocabulary = chunk.logits.length / chunk.rows;
    for (let row = 0; row < chunk.rows; row++) {
      const next = chunk.firstPosition + row + 1;
      if (next < answerStart) continue;
      const logits = chunk.logits.subarray(row * vocabulary, (row + 1) * vocabulary);
      if (topToken(logits) !== tokens[next]) found = false;
    }
  }
  signal?.throwIfAborted();
  return { found, depth, ...counter.totals() };
}
