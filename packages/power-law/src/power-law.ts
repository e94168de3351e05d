/** A power law y = exp(logScale) · x^(−exponent). */
export interface PowerLaw {
  /** ln y at x = 1. */
  readonly logScale: number;
  /** The decay β: positive when y falls with x. */
  readonly exponent: number;
}
