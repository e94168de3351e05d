/** Keys that a row sees. */
export interface VisibleKeys {
  readonly firstKey: number;
  readonly count: number;
}

/** The keys that a row at `position` sees in a layer: the last `window` ones, its own included, or all. */
export function visibleKeys(position: number, window: number | undefined): VisibleKeys {
  const context = position + 1;
  const count = window === undefined ? context : Math.min(window, context);
  return { firstKey: context - count, count };
}
