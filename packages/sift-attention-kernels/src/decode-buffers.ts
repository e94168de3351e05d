import type { BoundBuffer } from "@sift-attention/gpu";

/** The caller's buffers of one layer: bare, of `createBuffer`, or a part of one. All are of usage STORAGE. */
export interface DecodeBuffers {
  /** f32 [batch, queryHeads, headDim]. */
  readonly queries: BoundBuffer;
  /** kvType [slots, kvHeads, capacity, headDim]. */
  readonly keys: BoundBuffer;
  /** kvType [slots, kvHeads, capacity, headDim]. */
  readonly values: BoundBuffer;
  /** f32 [slots, kvHeads, capacity], what each key row is multiplied by. For `kvType: "i8"` and no other. */
  readonly keyScales?: BoundBuffer;
  /** f32 [slots, kvHeads, capacity], what each value row is multiplied by. For `kvType: "i8"` and no other. */
  readonly valueScales?: BoundBuffer;
  /** u32 [batch, 4], as `packSequences` writes them: slot, first visible key, context length, rank. */
  readonly sequences: BoundBuffer;
  /** f32 [batch, queryHeads], ln θ. −Infinity keeps every key, and so does NaN. For sifted steps. */
  readonly logThresholds?: BoundBuffer;
  /** f32 [batch, queryHeads], written: what sifted steps took for logSumExp. For `normaliser: "sampled"` and no other. */
  readonly estimates?: BoundBuffer;
  /** f32 [slots, kvHeads, headDim], Σ of the visible values; written by `recordValueSums`, read for "mean-value". */
  readonly valueSums?: BoundBuffer;
  /** f32 [batch, queryHeads], written: ln of the quantile of the weights. For quantiles. */
  readonly quantiles?: BoundBuffer;
  /** f32 [batch, queryHeads, headDim], written. */
  readonly output: BoundBuffer;
  /**
   * u32 [batch, queryHeads, 4], written: keys kept, keys kept by any query head of its block (the value rows read for
   * it), dropped mass (bits of an f32), logSumExp (bits of an f32). The query heads of a KV head are one block, or as
   * few equal ones of up to 8 as hold them.
   */
  readonly statistics: BoundBuffer;
}
