import type { AttentionGeometry } from "@sift-attention/tensor";
import type { Tuning } from "./tuning/tuning.ts";
import type { VariantOptions } from "./variant.ts";

/**
 * How keys and values are stored. `f16` is read as bits and computed in f32: the feature shader-f16 is not needed. `i8`
 * rows are whole numbers from −127 to 127 that a scale of each row multiplies, as `quantiseRows` makes them.
 */
export type KvType = "f16" | "f32" | "i8";

/** What becomes of the mass d of the dropped keys: lost, divided out, or given to the mean of all visible values. */
export type DroppedMass = "none" | "renormalise" | "mean-value";

/**
 * What sifted steps compare weights with: the exact log-sum-exp over all visible keys; or an estimate of it, from the exempt
 * keys and 64 others, which saves a pass over the scores.
 */
export type Normaliser = "exact" | "sampled";

/** One shape of decode attention. What stands here is compiled into the kernels. */
export interface SiftAttentionOptions {
  /** headDim 32 to 256, a multiple of 8; any number of query heads per KV head. */
  readonly geometry: AttentionGeometry;
  readonly kvType: KvType;
  /** Sequences that the KV cache holds, ≥ 1. */
  readonly slots: number;
  /** Rows of a slot, ≥ 1. The keys of all slots must fit one binding of the device, and so must the values. */
  readonly capacity: number;
  /** Sequences of one step at most, ≥ 1; several may see one slot, but not with "mean-value". Default `slots`. */
  readonly batch?: number;
  /** Multiplies q·k; above 0. Default headDim^(−1/2). */
  readonly scale?: number;
  /** First visible keys that sifted steps keep whatever they weigh, and quantiles leave out. Default 0. */
  readonly keepFirst?: number;
  /** Last visible keys that sifted steps keep whatever they weigh, and quantiles leave out. Default 0. */
  readonly keepLast?: number;
  /**
   * Of sifted and top-k steps. "mean-value" needs `DecodeBuffers.valueSums`. "renormalise" divides by the mass that was
   * kept: under 2^−126, where f32 loses digits, the output is 0 or of few right digits. Default "none".
   */
  readonly droppedMass?: DroppedMass;
  /**
   * Of sifted steps. "sampled" keeps the keys of exp(score − estimate) ≥ θ in one pass, two dispatches: outputs, dropped mass
   * and logSumExp are exact for the keys that were kept, but these are more or fewer than the exact rule keeps. Needs
   * `DecodeBuffers.estimates`, and over `kvType: "i8"` 10 storage buffers. Default "exact".
   */
  readonly normaliser?: Normaliser;
  /**
   * Sifted steps of fewer keys, sequences × longest context, run as full attention, which is faster there: they keep
   * every key, and their statistics say so. 0 never does. Default from the tuning.
   */
  readonly denseBelow?: number;
  /** Default: the best that the device offers. */
  readonly variant?: VariantOptions;
  /** Of `tuneSiftAttention`. Default: a table by class of device. */
  readonly tuning?: Tuning;
  /** Whether `recordTopK` is compiled. Default true. */
  readonly topK?: boolean;
  /** Whether `recordQuantiles` and `recordFullWithQuantiles` are compiled. Default true. */
  readonly quantiles?: boolean;
}
