/** Share of the context that a layer sees: 1 unless it has a window that the context is longer than. */
export function visibleShare(
  { windows }: { readonly windows: readonly (number | null)[] },
  layer: number,
  contextLength: number,
): number {
  const window = windows[layer];
  return window == null ? 1 : Math.min(1, window / contextLength);
}
