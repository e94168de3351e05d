import type { CpuMatrix } from "./cpu-ops.ts";
import { createRowReader } from "./row-reader.plain.ts";

/**
 * out[r, j] = Σ_i x[r, i] · weight[j, i] (+ bias[j]). Each weight row is unpacked once; a sum runs in float64 over
 * four interleaved partial sums and is rounded once.
 */
export function matmulPlain(
  out: Float32Array,
  x: Float32Array,
  weight: CpuMatrix,
  rows: number,
  bias: Float32Array | undefined,
): void {
  const { columns } = weight;
  const readRow = createRowReader(weight);
  const unpacked = new Float32Array(columns);
  for (let j = 0; j < weight.rows; j++) {
    readRow(j, unpacked);
    const start = bias === undefined ? 0 : bias[j]!;
    for (let r = 0; r < rows; r++) {
      out[r * weight.rows + j] = start + dot(x, r * columns, unpacked, 0, columns);
    }
  }
}

/** Σ a[aStart + i] · b[bStart + i] for i below count, in float64. */
export function dot(
  a: Float32Array,
  aStart: number,
  b: Float32Array,
  bStart: number,
  count: number,
): number {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    sum0 += a[aStart + i]! * b[bStart + i]!;
    sum1 += a[aStart + i + 1]! * b[bStart + i + 1]!;
    sum2 += a[aStart + i + 2]! * b[bStart + i + 2]!;
    sum3 += a[aStart + i + 3]! * b[bStart + i + 3]!;
  }
  for (; i < count; i++) sum0 += a[aStart + i]! * b[bStart + i]!;
  return sum0 + sum1 + (sum2 + sum3);
}
