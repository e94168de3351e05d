import type { Gpu, GpuBuffer } from "@sift-attention/gpu";
import { unpackRow } from "../weights/unpack.ts";
import { matrixShape } from "./matrix-layout.ts";
import { paceUploads } from "./pace-uploads.ts";
import { readSlices, type SlicedTensor } from "./read-slices.ts";

/**
 * Tensors of any format one after the other as f32.
 * @throws ModelError "aborted" and whatever reading throws; GpuError; nothing stays allocated then.
 */
export async function uploadVector(
  gpu: Gpu,
  tensors: readonly SlicedTensor[],
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<GpuBuffer<"f32">> {
  const counts = tensors.map((tensor) => matrixShape(tensor).reduce((a, b) => a * b));
  const buffer = gpu.createBuffer({
    label: tensors.map(({ name }) => name).join(" + "),
    dtype: "f32",
    shape: [counts.reduce((sum, count) => sum + count, 0)],
    usage: "storage",
  });
  try {
    let first = 0;
    for (const [i, tensor] of tensors.entries()) {
      await widen(gpu, tensor, { buffer, first, signal });
      first += counts[i]!;
    }
    return buffer;
  } catch (error) {
    buffer.dispose();
    throw error;
  }
}

interface WidenTarget {
  readonly buffer: GpuBuffer<"f32">;
  /** Index of the tensor's first number. */
  readonly first: number;
  readonly signal: AbortSignal | undefined;
}

async function widen(gpu: Gpu, tensor: SlicedTensor, target: WidenTarget): Promise<void> {
  const [, columns] = matrixShape(tensor);
  for await (const { firstRow, rows, bytes } of readSlices(tensor, target.signal)) {
    const numbers = new Float32Array(rows * columns);
    unpackRow(tensor.format, bytes, 0, numbers, numbers.length);
    gpu.write(target.buffer, numbers, (target.first + firstRow * columns) * 4);
    await paceUploads(gpu, numbers.byteLength);
  }
}
