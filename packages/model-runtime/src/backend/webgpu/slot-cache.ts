import type { Gpu, GpuBuffer } from "@sift-attention/gpu";
import type { KvType } from "@sift-attention/sift-attention-kernels";
import { type AttentionGeometry, bytesPerElement } from "@sift-attention/tensor";
import { toModelError } from "./to-model-error.ts";

/** The sizes of a cache of keys and values. */
export interface SlotCacheShape {
  readonly geometry: AttentionGeometry;
  readonly layers: number;
  readonly kvType: KvType;
  readonly slots: number;
  /** Rows of each slot. */
  readonly capacity: number;
}

/** Keys and values of several sequences in all layers. */
export interface SlotCache {
  readonly shape: SlotCacheShape;
  /** One buffer a layer: kvType [slots, kvHeads, capacity, headDim]. */
  readonly keys: readonly GpuBuffer[];
  readonly values: readonly GpuBuffer[];
  readonly byteLength: number;
  dispose(): void;
}

/** Bytes of a token in one slot: keys and values of all layers. */
export function kvBytesPerToken({
  geometry,
  layers,
  kvType,
}: Pick<SlotCacheShape, "geometry" | "layers" | "kvType">): number {
  return 2 * layers * geometry.kvHeads * geometry.headDim * bytesPerElement[kvType];
}

/**
 * Allocates the cache, and waits until the device has it.
 * @throws ModelError "out-of-memory" with the bytes that failed; nothing stays allocated then.
 */
export async function createSlotCache(gpu: Gpu, shape: SlotCacheShape): Promise<SlotCache> {
  const { geometry, layers, kvType, slots, capacity } = shape;
  const dimensions = [slots, geometry.kvHeads, capacity, geometry.headDim];
  const buffers: GpuBuffer[] = [];
  const dispose = (): void => {
    for (const buffer of buffers.splice(0)) buffer.dispose();
  };
  const create = (label: string): GpuBuffer => {
    const buffer = gpu.createBuffer({ label, dtype: kvType, shape: dimensions, usage: "storage" });
    buffers.push(buffer);
    return buffer;
  };
  try {
    const keys = Array.from({ length: layers }, (_, layer) => create(`keys of layer ${layer}`));
    const values = Array.from({ length: layers }, (_, layer) => create(`values of layer ${layer}`));
    await gpu.settled(); // memory that ran out is told late
    return { shape, keys, values, byteLength: slots * capacity * kvBytesPerToken(shape), dispose };
  } catch (error) {
    dispose();
    throw toModelError(error);
  }
}
