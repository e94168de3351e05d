import type { CpuAttentionCall } from "./cpu-ops.ts";

/** The keys that a row of an attention call sees: `count` of them from `first` on. */
export function visibleKeys(
  { firstPosition, window = Infinity }: Pick<CpuAttentionCall, "firstPosition" | "window">,
  row: number,
): { readonly first: number; readonly count: number } {
  const end = firstPosition + row + 1;
  const count = Math.min(end, window);
  return { first: end - count, count };
}
