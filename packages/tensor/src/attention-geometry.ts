import { TensorError } from "./tensor-error.ts";

/** How many heads attention has and how wide they are. `queryHeads` is a multiple of `kvHeads`. */
export interface AttentionGeometry {
  readonly queryHeads: number;
  readonly kvHeads: number;
  readonly headDim: number;
}

/**
 * G: query heads that share one KV head. 1 is multi-head attention (MHA), `queryHeads` is multi-query attention (MQA),
 * between them is grouped-query attention (GQA). Query head h reads KV head ⌊h / G⌋.
 */
export function groupSize(geometry: AttentionGeometry): number {
  return geometry.queryHeads / geometry.kvHeads;
}

/**
 * Refuses a geometry that no attention can have.
 * @throws TensorError "invalid-geometry" when a count is no whole number of at least 1, or when the query heads do not
 * divide evenly over the KV heads.
 */
export function expectGeometry(geometry: AttentionGeometry): void {
  for (const name of ["queryHeads", "kvHeads", "headDim"] as const) {
    const count = geometry[name];
    if (Number.isSafeInteger(count) && count >= 1) continue;
    throw new TensorError(
      "invalid-geometry",
      `${name}: expected a whole number of at least 1, got ${count}`,
    );
  }
  const { queryHeads, kvHeads } = geometry;
  if (queryHeads % kvHeads === 0) return;
  throw new TensorError(
    "invalid-geometry",
    `queryHeads: expected a multiple of kvHeads = ${kvHeads}, got ${queryHeads}`,
  );
}
