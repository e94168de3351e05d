import { readFileSync } from "node:fs";
import type { Model } from "../index.ts";

/** A text and the greedy tokens that llama.cpp continues it with. */
export interface LlamaCppCase {
  readonly text: string;
  readonly ids: readonly number[];
  readonly greedy: readonly number[];
  /** Gap between the two largest logits at each step. */
  readonly gaps: readonly number[];
}

/** Below this gap two correct programs may choose differently. */
export const NEAR_TIE = 1e-2;

export function readLlamaCppCases(name: string): readonly LlamaCppCase[] {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8")).cases;
}

/** Steps at which the model, fed with the golden tokens, would have chosen another one. */
export async function differingSteps(
  model: Model,
  { ids, greedy }: LlamaCppCase,
): Promise<readonly number[]> {
  const session = await model.createSession({
    contextLength: ids.length + greedy.length,
    attention: { kind: "full" },
  });
  const chosen: number[] = [];
  const tokens = [...ids, ...greedy.slice(0, -1)];
  const vocabulary = model.config.vocabularySize;
  for await (const { logits, rows } of session.score(tokens, { reportFrom: ids.length - 1 })) {
    for (let row = 0; row < rows; row++) {
      chosen.push(indexOfLargest(logits.subarray(row * vocabulary, (row + 1) * vocabulary)));
    }
  }
  session.dispose();
  if (chosen.length === greedy.length) {
    return greedy.flatMap((id, step) => (chosen[step] === id ? [] : [step]));
  }
  throw new Error(`expected ${greedy.length} rows of logits, got ${chosen.length}`);
}

function indexOfLargest(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
