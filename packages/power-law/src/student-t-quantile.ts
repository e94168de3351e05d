import { PowerLawError } from "./power-law-error.ts";

/**
 * Γ(a + ½) / Γ(a): its expansion for large a (Tricomi and Erdélyi 1951), reached from small a by
 * R(a) = R(a + 1) · a / (a + ½). From a = 64 on, the first term left out is below 1e-15.
 */
function gammaRatio(a: number): number {
  let factor = 1;
  let at = a;
  for (; at < 64; at++) factor *= at / (at + 0.5);
  const z = 1 / at;
  const terms = [-399 / 262144, -21 / 32768, 5 / 1024, 1 / 128, -1 / 8, 1];
  return factor * Math.sqrt(at) * terms.reduce((sum, term) => sum * z + term, 869 / 4194304);
}

/** The continued fraction of I_x(a, b) (DLMF 8.17.22) from its front, by Lentz's method. */
function betaFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1, change = 0; Math.abs(change - 1) > 1e-16 && m < 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    change = d * c;
    value *= change;
  }
  return value;
}

/** P(T > t) and the density at t ≥ 0 of Student's t with ν degrees of freedom. */
function upperTail(t: number, nu: number): { readonly tail: number; readonly density: number } {
  const a = nu / 2;
  const spread = (t * t) / nu;
  const x = 1 / (1 + spread);
  // x^a · √(1 − x) / B(a, ½), with x^a through log1p: x is near 1 when ν is large.
  const power = Math.exp(-a * Math.log1p(spread));
  const scale = gammaRatio(a) / Math.sqrt(Math.PI);
  const front = power * Math.sqrt(spread * x) * scale;
  const density = (power * Math.sqrt(x) * scale) / Math.sqrt(nu);
  const tail =
    x < (a + 1) / (a + 2.5)
      ? (front / nu) * betaFraction(x, a, 0.5)
      : 0.5 - front * betaFraction(spread * x, 0.5, a);
  return { tail, density };
}

/**
 * The quantile of Student's t distribution, to ten digits (twelve up to 1e5 degrees of freedom).
 *
 * @param probability in [1e-100, 1)
 * @param degreesOfFreedom 1 or more, not only whole numbers
 * @throws PowerLawError "bad-option" outside these ranges
 */
export function studentTQuantile(probability: number, degreesOfFreedom: number): number {
  if (!(probability >= 1e-100 && probability < 1)) {
    throw new PowerLawError(
      "bad-option",
      `probability: expected a number in [1e-100, 1), got ${probability}`,
    );
  }
  if (!(degreesOfFreedom >= 1 && degreesOfFreedom < Infinity)) {
    throw new PowerLawError(
      "bad-option",
      `degreesOfFreedom: expected a finite number of 1 or more, got ${degreesOfFreedom}`,
    );
  }
  const target = Math.min(probability, 1 - probability);
  // Right of 0 the tail is convex: Newton's steps from 0 climb to the root and never pass it, until rounding does.
  let t = 0;
  for (let step = Infinity; step > t * 1e-15; t += Math.max(0, step)) {
    const { tail, density } = upperTail(t, degreesOfFreedom);
    step = (tail - target) / density;
  }
  return probability < 0.5 ? -t : t;
}
