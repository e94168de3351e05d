/** What attention kept in one pass over all layers. */
export interface PassStatistics {
  readonly firstPosition: number;
  readonly rows: number;
  /** Keys: [layers, rows, queryHeads]. */
  readonly kept: Float32Array;
  /** Value rows: [layers, rows, kvHeads]. */
  readonly union: Float32Array;
  /** [layers, rows, queryHeads]. */
  readonly droppedMass: Float32Array;
  /** [layers, rows, queryHeads]; only when the pass asked for them. */
  readonly quantiles: Float32Array | undefined;
  /**
   * Quantiles of the sampled rows: [sampled rows, layers, queryHeads, levels]. Only when the pass asked for them and the
   * backend tells them; an array of its own.
   */
  readonly sampled?: Float32Array;
}
