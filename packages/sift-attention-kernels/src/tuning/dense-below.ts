/** A context length, and the time of a sifted step in times of a full one. */
export interface SiftedRatio {
  readonly contextLength: number;
  readonly ratio: number;
}

/** Context lengths from 256 in doublings, and the longest. */
export function crossoverContexts(longest: number): readonly number[] {
  const contexts: number[] = [];
  for (let context = 256; context < longest; context *= 2) contexts.push(context);
  return [...contexts, longest];
}

/**
 * The context length from which on sifting is faster at every one that was measured: 0 when it always is, one more than
 * the longest when it never is.
 * @param ratios Ascending by context length, at least one.
 */
export function denseBelow(ratios: readonly SiftedRatio[]): number {
  const lastSlow = ratios.findLastIndex(({ ratio }) => ratio >= 1);
  if (lastSlow === -1) return 0;
  const next = ratios[lastSlow + 1];
  return next?.contextLength ?? ratios.at(-1)!.contextLength + 1;
}
