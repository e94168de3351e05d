/** Weight of the likeliest token, and the greatest there is. */
export const fullWeight: number = 2 ** 31;

/** Units of an exponent: 2^-22 of a halving. */
const halving = 2 ** 22;

/** Exponents from here on have no weight: under 2^-32 of the likeliest token's probability. */
export const exponentEnd: number = 32 * halving;

/**
 * 2^-f = 1 − f·(c₁ − f·(c₂ − …)) for f in [0, 1), in units of 2^-31: least relative error (2^-23.3) of those that are exact
 * at both ends. Falls strictly over all 2^22 values of f.
 */
export const weightCoefficients = [1488514207, 515776670, 118729907, 19743523, 2017903] as const;

// By name, since taking an array apart would cost more than the polynomial.
const c1 = weightCoefficients[0];
const c2 = weightCoefficients[1];
const c3 = weightCoefficients[2];
const c4 = weightCoefficients[3];
const c5 = weightCoefficients[4];

/** What a difference of logits is multiplied by, an f32: log2(e) / temperature, in units of an exponent. */
export function exponentScale(temperature: number): number {
  return Math.fround(Math.min(Math.LOG2E / temperature, 2 ** 90) * halving);
}

/**
 * How far a logit lies below the maximum, rounded down to a whole number in [0, exponentEnd], or exponentEnd for more.
 * f32 operations: a difference, a product.
 */
export function exponentOf(logit: number, maximum: number, scale: number): number {
  if (logit === maximum) return 0;
  const exponent = Math.fround(Math.fround(maximum - logit) * scale);
  return exponent < exponentEnd ? Math.floor(exponent) : exponentEnd;
}

/**
 * fullWeight · 2^(−exponent), rounded to a whole number. Whole numbers add up to the same sum in any order, here and on a
 * GPU, so that both draw the same token.
 */
export function weightOf(exponent: number): number {
  if (exponent >= exponentEnd) return 0;
  const fraction = exponent & (halving - 1);
  let fall = c4 - part(fraction, c5);
  fall = c3 - part(fraction, fall);
  fall = c2 - part(fraction, fall);
  fall = c1 - part(fraction, fall);
  const halvings = exponent >>> 22;
  return (fullWeight - part(fraction, fall) + ((1 << halvings) >>> 1)) >>> halvings;
}

/** ⌊fraction · value / 2^22⌋ of 22 and 31 bits: the product is exact. */
function part(fraction: number, value: number): number {
  return Math.floor((fraction * value) / halving);
}
