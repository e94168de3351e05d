import type { RowRange } from "../methods/window-for-budget.ts";

/** At most `count` different positions of a range, evenly spread, its last one among them. */
export function evenlySpaced({ firstPosition, endPosition }: RowRange, count: number): number[] {
  const rows = endPosition - firstPosition;
  const taken = Math.min(count, rows);
  return Array.from(
    { length: taken },
    (_, i) => firstPosition + Math.floor(((i + 1) * rows) / taken) - 1,
  );
}
