import { SiftError } from "./sift-error.ts";

/** What a step says of one query head. */
export interface HeadStatistics {
  /** Keys that the head kept. */
  readonly kept: number;
  /** Keys that any query head of its block kept: the value rows read for it. */
  readonly unionKept: number;
  /** Σ p over the keys that were dropped, in [0, 1]. */
  readonly droppedMass: number;
  /** ln Σ exp(score) over all visible keys. */
  readonly logSumExp: number;
}

const words = 4;

/**
 * The numbers of a `statistics` buffer, one entry per sequence and query head in the buffer's order.
 * @param statistics u32 [sequences, queryHeads, 4], as read back.
 * @throws SiftError "invalid-buffer" when the length is no multiple of 4.
 */
export function unpackStatistics(statistics: Uint32Array): readonly HeadStatistics[] {
  if (statistics.length % words !== 0) {
    throw new SiftError(
      "invalid-buffer",
      `statistics: expected four words a query head, got ${statistics.length} words`,
    );
  }
  const copy = statistics.slice();
  const floats = new Float32Array(copy.buffer);
  return Array.from({ length: copy.length / words }, (_, head) => ({
    kept: copy[words * head]!,
    unionKept: copy[words * head + 1]!,
    droppedMass: floats[words * head + 2]!,
    logSumExp: floats[words * head + 3]!,
  }));
}
