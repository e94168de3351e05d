/** What the processor must know of a step to size its work; all else is in the `sequences` buffer. */
export interface DecodeStep {
  /** Sequences of this step, 1 to batch: the first rows of the batch's buffers. */
  readonly sequences: number;
  /** The greatest context length among them, 1 to capacity; a larger number only costs time. */
  readonly longestContext: number;
}

/** A step of `recordValueSums`. */
export interface ValueSumsStep extends DecodeStep {
  /** "all" sums anew; "last" adds the newest row and takes away the row that has just left the visible keys. */
  readonly rows: "all" | "last";
}
