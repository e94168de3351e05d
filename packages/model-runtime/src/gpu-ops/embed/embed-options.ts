import type { GpuMatrix } from "../../gpu-weights/gpu-matrix.ts";

/** How tokens become rows. */
export interface EmbedOptions {
  /** The table: [vocabulary, width], width a multiple of 4. */
  readonly table: GpuMatrix;
  /** Multiplies the table's rows. */
  readonly scale: number;
  /** Whether a table of learned positions is added; it has a row for every position of a step. */
  readonly positions: boolean;
}
