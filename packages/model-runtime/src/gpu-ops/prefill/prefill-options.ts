import type { KvType, SubgroupSize } from "@sift-attention/sift-attention-kernels";
import type { AttentionGeometry } from "@sift-attention/tensor";

/** Causal attention of consecutive rows of one slot. */
export interface PrefillOptions {
  /** headDim a multiple of 8, up to 256. */
  readonly geometry: AttentionGeometry;
  /** How the cache holds keys and values. */
  readonly kvType: KvType;
  readonly slots: number;
  /** Tokens that each slot holds. */
  readonly capacity: number;
  /** Rows of a call at most: what its workgroups are sized for. */
  readonly maxRows: number;
  /** Multiplies q·k. */
  readonly scale: number;
  /** Keys that a row sees at most, its own included; absent: all of them. */
  readonly window?: number;
  /** Invocations that exchange registers; 0 for none. Default: what the device is known to do. */
  readonly subgroupSize?: SubgroupSize;
  /** Knobs of the kernel in place of the planned ones, for measuring. */
  readonly knobs?: Partial<PrefillKnobs>;
}

/** How the work is divided; see prefill-attention.wgsl. All are powers of two. */
export interface PrefillKnobs {
  /** Invocations of a workgroup. */
  readonly workgroup: number;
  /** Lanes that share the dimensions of a query. */
  readonly lanes: number;
  /** Queries of a slot. */
  readonly rows: number;
  /** Keys that a slot takes at a time. */
  readonly keys: number;
  /** Groups of slots that take turns at the keys of a tile. */
  readonly keyGroups: number;
  /** Keys in workgroup memory. */
  readonly tile: number;
}
