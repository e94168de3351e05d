import type { DecodeResult } from "@sift-attention/reference-attention";

/** Log weights of a head, heaviest first. */
function sorted({ logWeights, keptSet }: DecodeResult, head: number): Float64Array {
  const start = head * keptSet.contextLength;
  return logWeights
    .slice(start, start + keptSet.contextLength)
    .sort()
    .reverse();
}

/** How many keys to keep, and the number halfway to the next one. */
export interface Gap {
  readonly kept: number;
  readonly logThreshold: number;
}

/**
 * For each head the widest gap between neighbouring weights near a wanted fraction, so that rounding cannot move a key
 * across it: [queryHeads].
 * @param fraction Of the keys to keep, in [0, 1]; at 0 the heaviest one stays.
 */
export function widestGaps(result: DecodeResult, fraction: number): readonly Gap[] {
  const { heads, contextLength } = result.keptSet;
  const wanted = Math.max(1, Math.round(fraction * contextLength));
  const reach = Math.floor(contextLength / 16);
  return Array.from({ length: heads }, (_, head) => {
    const weights = sorted(result, head);
    const most = Math.min(contextLength, wanted + reach);
    let widest = { gap: 0, kept: contextLength, logThreshold: weights.at(-1)! - 1 };
    for (let kept = Math.max(1, wanted - reach); kept <= most; kept++) {
      const above = weights[kept - 1]!;
      const below = weights[kept] ?? above - 1;
      const gap = above - below;
      if (gap > widest.gap) widest = { gap, kept, logThreshold: (above + below) / 2 };
    }
    return widest;
  });
}
