/** What went wrong; stable, for programs. */
export type PowerLawErrorCode =
  /** An option is outside its range. */
  | "bad-option"
  /** An x or y is not a positive finite number. */
  | "bad-value"
  /** All x are equal: they say nothing about the exponent. */
  | "constant-x"
  /** x and y differ in length. */
  | "length-mismatch"
  /** The fit passes through its points: there is no residual to estimate a spread from. */
  | "no-residual"
  /** Fewer points than the method needs. */
  | "too-few-points";

/** An error of this package: `message` says where, what was expected, what came and the way out. */
export class PowerLawError extends Error {
  override readonly name = "PowerLawError";
  readonly code: PowerLawErrorCode;

  constructor(code: PowerLawErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
