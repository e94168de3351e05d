import { createNormal, createRandom } from "@sift-attention/testing/random";
import type { ResolvedOptions } from "../resolve-options.ts";
import { type AttentionCase, createCase } from "./attention-case.ts";

/**
 * Two sequences of as many visible keys, both behind rows that are not numbers: one sees rows in the middle of the first
 * slot, the other those up to the end of the last one, which is the end of the cache.
 */
export function windowCase(options: ResolvedOptions, visible: number, seed = 11): AttentionCase {
  const last = options.capacity - visible;
  return createCase(
    options,
    [
      { slot: 0, firstKey: last - 2, contextLength: last - 2 + visible },
      { slot: options.slots - 1, firstKey: last, contextLength: options.capacity },
    ],
    createNormal(createRandom(seed)),
  );
}
