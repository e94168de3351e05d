/** A power law y = exp(logScale) · x^(−exponent). */
export interface PowerLaw {
  /** ln y at x = 1. */
  readonly logScale: number;
  /** The decay β: positive when y falls with x. */
  readonly exponent: number;
}

/**
 * ln y of a power law: logScale − exponent · ln x.
 *
 * @param x above 0; not checked, so that it costs one logarithm
 */
export function predictLog(law: PowerLaw, x: number): number {
  return law.logScale - law.exponent * Math.log(x);
}
