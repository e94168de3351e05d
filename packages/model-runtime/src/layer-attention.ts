import type { AttentionGeometry } from "@sift-attention/tensor";

/** What attention of one layer read and wrote for consecutive rows, on the CPU. Views, valid during the call only. */
export interface LayerAttention {
  readonly layer: number;
  /** Position of row 0; row r sees the keys up to firstPosition + r. */
  readonly firstPosition: number;
  readonly rows: number;
  /** Keys that a row sees at most: the last ones. */
  readonly window: number;
  readonly geometry: AttentionGeometry;
  /** Rows from one KV head to the next in keys and values. */
  readonly capacity: number;
  /** Multiplies q·k. */
  readonly scale: number;
  /** [rows, queryHeads, headDim]. */
  readonly query: Float32Array;
  /** [kvHeads, capacity, headDim]. */
  readonly keys: Float32Array;
  /** [kvHeads, capacity, headDim]. */
  readonly values: Float32Array;
  /** [rows, queryHeads, headDim]. */
  readonly output: Float32Array;
  /** Weight of the dropped keys: [rows, queryHeads]. */
  readonly droppedMass: Float32Array;
}
