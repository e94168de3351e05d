import type { Gpu, GpuBuffer } from "@sift-attention/gpu";
import type { GpuMatrix, GpuMatrixPart } from "./gpu-matrix.ts";
import { interleaveRows } from "./interleave-rows.ts";
import {
  type MatrixLayout,
  type MatrixPartLayout,
  matrixShape,
  planMatrix,
  type RowOrder,
} from "./matrix-layout.ts";
import { paceUploads } from "./pace-uploads.ts";
import { packRows } from "./pack-rows.ts";
import { type RowSlice, readSlices, type SlicedTensor } from "./read-slices.ts";

/**
 * Streams tensors onto the device as one packed matrix: slices of 4 MiB, whatever the tensors' size.
 * @throws ModelError "bad-tensor" (see `planMatrix`), "aborted" and whatever reading throws; GpuError. Nothing stays
 * allocated then. Memory that runs out shows at `gpu.settled()`.
 */
export async function uploadMatrix(
  gpu: Gpu,
  tensors: readonly SlicedTensor[],
  options: { readonly order?: RowOrder; readonly signal?: AbortSignal | undefined } = {},
): Promise<GpuMatrix> {
  const layout = planMatrix(gpu.report.limits, tensors, options.order);
  const matrix = allocateMatrix(gpu, layout, tensors.map(({ name }) => name).join(" + "));
  try {
    for await (const slice of rowsOf(tensors, layout, options.signal)) {
      await writeSlice(gpu, matrix, slice);
    }
    return matrix;
  } catch (error) {
    matrix.dispose();
    throw error;
  }
}

/** The matrix's rows in its own order and numbering. */
async function* rowsOf(
  tensors: readonly SlicedTensor[],
  { order }: MatrixLayout,
  signal: AbortSignal | undefined,
): AsyncGenerator<RowSlice> {
  if (order === "interleaved") {
    yield* interleaveRows(tensors[0]!, tensors[1]!, signal);
    return;
  }
  let first = 0;
  for (const tensor of tensors) {
    for await (const slice of readSlices(tensor, signal)) {
      yield { ...slice, firstRow: first + slice.firstRow };
    }
    first += matrixShape(tensor)[0];
  }
}

/** A zeroed matrix of a layout. */
export function allocateMatrix(gpu: Gpu, layout: MatrixLayout, label: string): GpuMatrix {
  const parts: GpuMatrixPart[] = [];
  const dispose = (): void => {
    for (const { words, scales } of parts) {
      words.dispose();
      scales?.dispose();
    }
  };
  try {
    for (const part of layout.parts) parts.push(allocatePart(gpu, part, label));
  } catch (error) {
    dispose();
    throw error;
  }
  return { ...layout, label, parts, dispose, [Symbol.dispose]: dispose };
}

function allocatePart(gpu: Gpu, part: MatrixPartLayout, label: string): GpuMatrixPart {
  const words = allocateWords(gpu, label, part.wordBytes);
  try {
    const scales =
      part.scaleBytes > 0 ? allocateWords(gpu, `${label}, scales`, part.scaleBytes) : undefined;
    return { ...part, words, scales };
  } catch (error) {
    words.dispose();
    throw error;
  }
}

function allocateWords(gpu: Gpu, label: string, bytes: number): GpuBuffer<"u32"> {
  return gpu.createBuffer({ label, dtype: "u32", shape: [bytes / 4], usage: "storage" });
}

/** Packs a slice and writes it to the parts that its rows belong to. */
async function writeSlice(gpu: Gpu, matrix: GpuMatrix, slice: RowSlice): Promise<void> {
  for (const part of matrix.parts) {
    const first = Math.max(slice.firstRow, part.firstRow);
    const end = Math.min(slice.firstRow + slice.rows, part.firstRow + part.rows);
    if (first >= end) continue;
    const rowBytes = slice.bytes.length / slice.rows;
    const from = (first - slice.firstRow) * rowBytes;
    const bytes = slice.bytes.subarray(from, from + (end - first) * rowBytes);
    const packed = packRows(part.format, bytes, end - first, matrix.columns);
    const row = first - part.firstRow;
    gpu.write(part.words, packed.words, row * (part.wordBytes / part.rows));
    if (part.scales) gpu.write(part.scales, packed.scales, row * (part.scaleBytes / part.rows));
    await paceUploads(gpu, packed.words.byteLength + packed.scales.byteLength);
  }
}
