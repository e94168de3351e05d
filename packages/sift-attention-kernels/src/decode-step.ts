/** What the processor must know of a step to size its work; all else is in the `sequences` buffer. */
export interface DecodeStep {
  /** Sequences of this step, 1 to batch: the first rows of the batch's buffers. */
  readonly sequences: number;
  /**
   * The greatest context length among them, 1 to capacity. A larger number costs time and counts for `denseBelow`; under
   * a smaller one the results are wrong.
   */
  readonly longestContext: number;
}

/** A step of `recordValueSums`. */
export interface ValueSumsStep extends DecodeStep {
  /**
   * "all" sums anew; "last" adds the newest row and, where the first visible key is above 0, takes away the row before it:
   * a window must slide by one row a step.
   */
  readonly rows: "all" | "last";
}
