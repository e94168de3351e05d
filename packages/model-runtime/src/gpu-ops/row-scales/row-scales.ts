import type { KvType } from "@sift-attention/sift-attention-kernels";
import { type AttentionGeometry, bytesPerElement } from "@sift-attention/tensor";

/** The sizes of a cache in one layer. */
export interface ScaledRows {
  readonly geometry: AttentionGeometry;
  readonly slots: number;
  readonly capacity: number;
}

const alignment = 64; // numbers of 256 bytes, at whose multiples every device binds a part of a buffer

/** Numbers from the scale of the first key row to that of the first value row. */
export function scalePitch({ geometry, slots, capacity }: ScaledRows): number {
  return Math.ceil((slots * geometry.kvHeads * capacity) / alignment) * alignment;
}

/** Bytes of the scales of one layer: f32 [2, scalePitch], those of key rows, then those of value rows. */
export function rowScaleBytes(rows: ScaledRows): number {
  return 2 * bytesPerElement.f32 * scalePitch(rows);
}

/** Bytes of one key or value row of one KV head, with its scale where it has one. */
export function kvRowBytes(headDim: number, kvType: KvType): number {
  return headDim * bytesPerElement[kvType] + (kvType === "i8" ? bytesPerElement.f32 : 0);
}
