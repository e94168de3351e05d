import { bytesPerElement, type DType, elementCount } from "@sift-attention/tensor";
import type { DecodeBuffers } from "./decode-buffers.ts";
import type { BindingName } from "./plan/planned-kernel.ts";
import type { ResolvedOptions } from "./resolve-options.ts";

/** What one of the caller's buffers must be. */
export interface BufferNeed {
  readonly field: keyof DecodeBuffers;
  /** Its name in the shaders. */
  readonly binding: BindingName;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly byteLength: number;
  readonly isWritten: boolean;
}

function need(
  field: keyof DecodeBuffers,
  binding: BindingName,
  what: { readonly dtype: DType; readonly shape: readonly number[]; readonly isWritten?: boolean },
): BufferNeed {
  const { dtype, shape, isWritten = false } = what;
  const byteLength = elementCount(shape) * bytesPerElement[dtype];
  return { field, binding, dtype, shape, byteLength, isWritten };
}

/** The caller's buffers, by the options' sizes. */
export function decodeBufferNeeds(options: ResolvedOptions): readonly BufferNeed[] {
  const { geometry, kvType, slots, capacity, batch, normaliser } = options;
  const { queryHeads, kvHeads, headDim } = geometry;
  const perHead = [batch, queryHeads];
  const cache = { dtype: kvType, shape: [slots, kvHeads, capacity, headDim] };
  const scales = { dtype: "f32", shape: [slots, kvHeads, capacity] } as const;
  const vectors = { dtype: "f32", shape: [...perHead, headDim] } as const;
  const sums = { dtype: "f32", shape: [slots, kvHeads, headDim], isWritten: true } as const;
  return [
    need("queries", "queries", vectors),
    need("keys", "keys", cache),
    need("values", "values", cache),
    ...(kvType === "i8"
      ? [need("keyScales", "key_scales", scales), need("valueScales", "value_scales", scales)]
      : []),
    need("sequences", "sequences", { dtype: "u32", shape: [batch, 4] }),
    need("logThresholds", "log_thresholds", { dtype: "f32", shape: perHead }),
    ...(normaliser === "sampled"
      ? [need("estimates", "estimates", { dtype: "f32", shape: perHead, isWritten: true })]
      : []),
    need("valueSums", "value_sums", sums),
    need("quantiles", "quantiles", { dtype: "f32", shape: perHead, isWritten: true }),
    need("output", "output", { ...vectors, isWritten: true }),
    need("statistics", "statistics", { dtype: "u32", shape: [...perHead, 4], isWritten: true }),
  ];
}
