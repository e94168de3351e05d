import { expectLength } from "@sift-attention/tensor";
import type { DecodeResult } from "./decode-attention.ts";
import { createKeptSet, type KeptSet, keepKey, keptKeys } from "./kept-set.ts";

/**
 * The keys that rounded arithmetic may keep or drop: |score − logSumExp − ln θ| ≤ width. Outside them a kernel's kept
 * set must equal the oracle's exactly.
 * @param result The oracle's.
 * @param logThresholds ln θ: one for all heads, or [queryHeads].
 * @param width In ln units, ≥ 0: `roundingBound(oracle.logWeights, float32.logWeights)` is an honest one.
 */
export function thresholdBand(
  result: DecodeResult,
  logThresholds: number | ArrayLike<number>,
  width: number,
): KeptSet {
  const { heads, contextLength } = result.keptSet;
  if (typeof logThresholds !== "number") expectLength("logThresholds", [heads], logThresholds);
  const band = createKeptSet(heads, contextLength);
  for (let head = 0; head < heads; head++) {
    const cut = typeof logThresholds === "number" ? logThresholds : logThresholds[head]!;
    for (let key = 0; key < contextLength; key++) {
      const distance = Math.abs(result.logWeights[head * contextLength + key]! - cut);
      if (distance <= width) keepKey(band, head, key);
    }
  }
  return band;
}

/**
 * score − logSumExp of the lightest key that each head keeps: [queryHeads]; Infinity when it keeps none. For a top-k
 * result this is the cut around which `thresholdBand` finds the keys that rounding may swap.
 */
export function lightestKept(result: DecodeResult): Float64Array {
  const { heads, contextLength } = result.keptSet;
  return Float64Array.from({ length: heads }, (_, head) =>
    keptKeys(result.keptSet, head).reduce(
      (lightest, key) => Math.min(lightest, result.logWeights[head * contextLength + key]!),
      Number.POSITIVE_INFINITY,
    ),
  );
}
