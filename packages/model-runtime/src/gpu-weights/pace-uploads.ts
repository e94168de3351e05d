import type { Gpu } from "@sift-attention/gpu";

const unsettledBytes = new WeakMap<Gpu, number>();
const mostUnsettledBytes = 16 * 2 ** 20;

/** Waits for the device once 16 MiB were written since the last wait: staging memory stays small over many small tensors. */
export async function paceUploads(gpu: Gpu, writtenBytes: number): Promise<void> {
  const bytes = (unsettledBytes.get(gpu) ?? 0) + writtenBytes;
  unsettledBytes.set(gpu, bytes < mostUnsettledBytes ? bytes : 0);
  if (bytes >= mostUnsettledBytes) await gpu.settled();
}
