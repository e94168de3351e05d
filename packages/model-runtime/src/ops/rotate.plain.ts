import type { CpuOps } from "./cpu-ops.ts";

/** The shape and angles of a rotation. */
export type RotateCall = Parameters<CpuOps["rotate"]>[1];

/** Rotates x [rows, heads, headDim] in place; angles and products in float64. */
export function rotatePlain(x: Float32Array, call: RotateCall): void {
  const { rows, heads, headDim, firstPosition, frequencies, layout } = call;
  const pairs = frequencies.length;
  const step = layout === "half" ? 1 : 2;
  const partner = layout === "half" ? pairs : 1;
  for (let r = 0; r < rows; r++) {
    for (let pair = 0; pair < pairs; pair++) {
      const angle = (firstPosition + r) * frequencies[pair]!;
      const cosine = Math.cos(angle);
      const sine = Math.sin(angle);
      for (let head = 0; head < heads; head++) {
        const at = (r * heads + head) * headDim + pair * step;
        const a = x[at]!;
        const b = x[at + partner]!;
        x[at] = a * cosine - b * sine;
        x[at + partner] = b * cosine + a * sine;
      }
    }
  }
}
