/** A normalisation of rows. */
export interface NormOptions {
  /** x / √(mean(x²) + ε) · weight, or (x − mean) / √(variance + ε) · weight + bias. */
  readonly kind: "rms" | "layer";
  /** Numbers of a row, a multiple of 4. */
  readonly width: number;
  readonly epsilon: number;
  /** Whether the result replaces what is in `out` or is added to it. */
  readonly output: "write" | "add";
}
