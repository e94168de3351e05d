import type { CpuOps } from "./cpu-ops.ts";

/** Where new rows go in a cache. */
export type AppendCall = Parameters<CpuOps["append"]>[2];

/** Copies rows [rows, kvHeads, headDim] into a cache [kvHeads, capacity, headDim] at firstPosition. */
export function appendPlain(cache: Float32Array, x: Float32Array, call: AppendCall): void {
  const { rows, kvHeads, headDim, capacity, firstPosition } = call;
  for (let r = 0; r < rows; r++) {
    for (let head = 0; head < kvHeads; head++) {
      const from = (r * kvHeads + head) * headDim;
      const to = (head * capacity + firstPosition + r) * headDim;
      cache.set(x.subarray(from, from + headDim), to);
    }
  }
}
