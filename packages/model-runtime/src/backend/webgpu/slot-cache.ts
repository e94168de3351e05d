import type { BoundBuffer, Gpu, GpuBuffer } from "@sift-attention/gpu";
import type { KvType } from "@sift-attention/sift-attention-kernels";
import type { AttentionGeometry } from "@sift-attention/tensor";
import { kvRowBytes, rowScaleBytes, scalePitch } from "../../gpu-ops/row-scales/row-scales.ts";
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
  /** One a layer for "i8", else none: f32 [2, scalePitch], what key rows are multiplied by, then value rows. */
  readonly scales: readonly GpuBuffer[];
  readonly byteLength: number;
  dispose(): void;
}

/** Bytes of a token in one slot: keys and values of all layers, with their scales where they have some. */
export function kvBytesPerToken({
  geometry,
  layers,
  kvType,
}: Pick<SlotCacheShape, "geometry" | "layers" | "kvType">): number {
  return 2 * layers * geometry.kvHeads * kvRowBytes(geometry.headDim, kvType);
}

/** What a layer's keys and values are: the buffers of `DecodeBuffers`. */
export interface LayerRowBuffers {
  readonly keys: BoundBuffer;
  readonly values: BoundBuffer;
  readonly keyScales?: BoundBuffer;
  readonly valueScales?: BoundBuffer;
}

/** Of one layer of a cache. */
export function layerRowBuffers(cache: SlotCache, layer: number): LayerRowBuffers {
  const rows = { keys: cache.keys[layer]!, values: cache.values[layer]! };
  const scales = cache.scales[layer];
  if (!scales) return rows;
  const size = rowScaleBytes(cache.shape) / 2;
  return {
    ...rows,
    keyScales: { buffer: scales, offset: 0, size },
    valueScales: { buffer: scales, offset: size, size },
  };
}

/**
 * Allocates the cache, and waits until the device has it.
 * @throws ModelError "out-of-memory" with the bytes that failed; nothing stays allocated then.
 */
export async function createSlotCache(gpu: Gpu, shape: SlotCacheShape): Promise<SlotCache> {
  const { geometry, layers, kvType, slots, capacity } = shape;
  const dimensions = [slots, geometry.kvHeads, capacity, geometry.headDim];
  const scaleDimensions = [2, scalePitch(shape)];
  const buffers: GpuBuffer[] = [];
  const dispose = (): void => {
    for (const buffer of buffers.splice(0)) buffer.dispose();
  };
  const create = (label: string, dtype: KvType, dims: readonly number[]): readonly GpuBuffer[] =>
    Array.from({ length: layers }, (_, layer) => {
      const name = `${label} of layer ${layer}`;
      const buffer = gpu.createBuffer({ label: name, dtype, shape: dims, usage: "storage" });
      buffers.push(buffer);
      return buffer;
    });
  try {
    const keys = create("keys", kvType, dimensions);
    const values = create("values", kvType, dimensions);
    const scales = kvType === "i8" ? create("scales", "f32", scaleDimensions) : [];
    await gpu.settled(); // memory that ran out is told late
    const byteLength = buffers.reduce((bytes, buffer) => bytes + buffer.byteLength, 0);
    return { shape, keys, values, scales, byteLength, dispose };
  } catch (error) {
    dispose();
    throw toModelError(error);
  }
}
