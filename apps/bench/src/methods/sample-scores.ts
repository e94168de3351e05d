import type { CustomMode, Session } from "@sift-attention/model-runtime";
import { evenlySpaced } from "../measures/evenly-spaced.ts";
import type { RowRange } from "./window-for-budget.ts";

/** Rows of which scores are kept. */
const ROWS = 16;

/**
 * Scores of every layer and query head at some rows of a text under full attention: [rows · layers · queryHeads][count].
 * @throws the signal's reason when it was aborted.
 */
export async function sampleScores(
  session: Session,
  tokens: readonly number[],
  range: RowRange,
  signal?: AbortSignal,
): Promise<Float32Array[]> {
  const sampled = new Set(evenlySpaced(range, ROWS));
  const lines: Float32Array[] = [];
  const attention: CustomMode = {
    kind: "custom",
    name: "scores",
    createRule:
      () =>
      ({ position, scores, kept }) => {
        for (const line of kept) line.fill(1);
        if (sampled.has(position)) for (const line of scores) lines.push(line.slice());
      },
  };
  const options = { attention, attentionFrom: range.firstPosition, reportFrom: range.endPosition };
  const rows = session.score(tokens.slice(0, range.endPosition), {
    ...options,
    ...(signal && { signal }),
  });
  for await (const _ of rows);
  signal?.throwIfAborted();
  return lines;
}
