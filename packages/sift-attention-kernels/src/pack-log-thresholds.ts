import type { ResolvedOptions } from "./resolve-options.ts";
import { SiftError } from "./sift-error.ts";

/**
 * ln θ as the `logThresholds` buffer holds them: f32 [sequences, queryHeads].
 * @throws SiftError "invalid-threshold" for NaN, or another length than that of 1 to batch sequences.
 */
export function packLogThresholds(
  { geometry, batch }: ResolvedOptions,
  logThresholds: ArrayLike<number>,
): Float32Array<ArrayBuffer> {
  const { queryHeads } = geometry;
  const { length } = logThresholds;
  if (length === 0 || length % queryHeads !== 0 || length > batch * queryHeads) {
    throw new SiftError(
      "invalid-threshold",
      `logThresholds: expected [1 to ${batch}, ${queryHeads}], got ${length} numbers`,
    );
  }
  const packed = Float32Array.from(logThresholds);
  const wrong = packed.findIndex(Number.isNaN);
  if (wrong === -1) return packed;
  throw new SiftError(
    "invalid-threshold",
    `logThresholds[${wrong}]: expected a number, got ${logThresholds[wrong]}; −Infinity keeps every key`,
  );
}
