/** Keys of a step, and the time of a sifted one in times of a full one. */
export interface SiftedRatio {
  /** Sequences × context length. */
  readonly keys: number;
  readonly ratio: number;
}

/** Context lengths from 256 in doublings, and the longest. */
export function crossoverContexts(longest: number): readonly number[] {
  const contexts: number[] = [];
  for (let context = 256; context < longest; context *= 2) contexts.push(context);
  return [...contexts, longest];
}

/**
 * The keys from which on sifting is faster at every step that was measured: 0 when it always is, one more than the most
 * when it never is.
 * @param ratios Ascending by keys, at least one.
 */
export function denseBelow(ratios: readonly SiftedRatio[]): number {
  const lastSlow = ratios.findLastIndex(({ ratio }) => ratio >= 1);
  if (lastSlow === -1) return 0;
  const next = ratios[lastSlow + 1];
  return next?.keys ?? ratios.at(-1)!.keys + 1;
}
