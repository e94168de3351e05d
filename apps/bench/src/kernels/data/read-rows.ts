import type { Gpu, GpuBuffer } from "@sift-attention/gpu";
import { decodeF16Array } from "@sift-attention/tensor";

/** Which rows of a buffer. */
export interface RowsPlace {
  /** KV head of a sequence: sequence · kvHeads + kvHead. */
  readonly head: number;
  /** Rows of each head. */
  readonly context: number;
  readonly contextLength: number;
  readonly headDim: number;
}

/** Rows as they are stored: f16, or whole numbers with their scales. */
export interface StoredRows {
  readonly rows: GpuBuffer;
  readonly scales: GpuBuffer<"f32"> | undefined;
}

/** The first rows of a head as the numbers that they stand for: [contextLength, headDim]. */
export async function readRows(
  gpu: Gpu,
  { rows, scales }: StoredRows,
  { head, context, contextLength, headDim }: RowsPlace,
): Promise<Float64Array> {
  const range = { start: head * context * headDim, count: contextLength * headDim };
  const stored = await gpu.read(rows, range);
  if (!scales) return Float64Array.from(decodeF16Array(stored as Uint16Array));
  const rowScales = await gpu.read(scales, { start: head * context, count: contextLength });
  return Float64Array.from(stored as Int8Array, (x, i) => x * rowScales[Math.floor(i / headDim)]!);
}
