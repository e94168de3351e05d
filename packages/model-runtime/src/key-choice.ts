import type { AttentionGeometry } from "@sift-attention/tensor";

/**
 * What a rule of the caller's own sees and says: the query heads of one KV head at one row of one layer. Key i of the
 * arrays is the one at position firstKey + i. The arrays are views, valid during the call only.
 */
export interface KeyChoice {
  readonly layer: number;
  readonly kvHead: number;
  /** Of the query. */
  readonly position: number;
  /** Position of the first visible key: 0 unless the layer has a sliding window of its own. */
  readonly firstKey: number;
  /** Keys visible, the query's own included. */
  readonly count: number;
  /** Scaled q·k before softmax: [group][count]; query head kvHead · group + g is entry g. */
  readonly scores: readonly Float32Array[];
  /** With rotation applied: [group][headDim]. */
  readonly queries: readonly Float32Array[];
  /** With rotation applied: [count, headDim]. */
  readonly keys: Float32Array;
  /** To be filled: not 0 where the query head keeps the key. All 0 at first: [group][count]. */
  readonly kept: readonly Uint8Array[];
}

/** Chooses the keys that are kept. What it throws ends the generation or the scoring. */
export type ChooseKeys = (choice: KeyChoice) => void;

/** What a rule is made for. */
export interface KeyChoiceShape extends AttentionGeometry {
  readonly layers: number;
}
