import type { KvType } from "@sift-attention/sift-attention-kernels";
import type { AttentionGeometry } from "@sift-attention/tensor";
import type { RotaryLayout } from "../../weights/model-config.ts";

/** How rows of fused projections become queries and cached keys and values. */
export interface AppendOptions {
  /** headDim even, at most 512; for "i8" a multiple of 4. */
  readonly geometry: AttentionGeometry;
  /** How the cache holds keys and values. */
  readonly kvType: KvType;
  readonly slots: number;
  /** Tokens that each slot holds. */
  readonly capacity: number;
  /** Absent where positions are learned. */
  readonly rotary?: {
    /** Pairs of numbers of a head that rotate, at most headDim / 2. */
    readonly pairs: number;
    readonly layout: RotaryLayout;
  };
  /** Keys that a row of the layer sees, its own included, where these are not all. */
  readonly window?: number;
  /** RMS norms of query and key heads, before the rotation. */
  readonly headNorms?: { readonly epsilon: number };
}
