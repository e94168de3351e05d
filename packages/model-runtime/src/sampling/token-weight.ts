/** Weight of the likeliest token, and the greatest there is. */
export const fullWeight: number = 2 ** 31;

/** Units of an exponent: 2^-26 of a halving. */
const halving = 2 ** 26;

/** Exponents from here on have no weight: under 2^-32 of the likeliest token's probability. */
export const exponentEnd: number = 32 * halving;

/**
 * 2^-f = 1 − f·(c₁ − f·(c₂ − …)) for f in [0, 1), in units of 2^-32: least relative error (2^-23.3) of those that are exact
 * at both ends. Falls strictly over all 2^26 values of f.
 */
export const weightCoefficients = [2977028413, 1031553340, 237459814, 39487045, 4035806] as const;

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
  const fraction = (exponent % halving) * 64;
  const [c1, c2, c3, c4, c5] = weightCoefficients;
  let fall = c4 - highWord(fraction, c5);
  fall = c3 - highWord(fraction, fall);
  fall = c2 - highWord(fraction, fall);
  fall = c1 - highWord(fraction, fall);
  const weight = fullWeight - Math.floor(highWord(fraction, fall) / 2);
  const divisor = 2 ** Math.floor(exponent / halving);
  return Math.floor((weight + Math.floor(divisor / 2)) / divisor);
}

/** ⌊a·b / 2^32⌋ of unsigned 32-bit numbers; no step passes 2^53. */
function highWord(a: number, b: number): number {
  const low = Math.floor((a * (b % 65536)) / 65536);
  return Math.floor((a * Math.floor(b / 65536) + low) / 65536);
}
