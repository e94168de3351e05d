// e^x in f32x4, at most 2 ulp off from −104 to 88.8, subnormal results included; 0 below, Infinity above, NaN for NaN.
//
// x = n·ln 2 + r with |r| ≤ ln 2 / 2 (Cody and Waite), e^r by a polynomial of degree 6, then two multiplications by
// powers of two, since 2^n alone leaves the range of f32 at both ends.

/** 1.5 · 2^23: adding it leaves the nearest integer in the low bits. */
const ROUND: f32 = 12582912;

// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  x = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-105)), f32x4.splat(89));
  const rounded = f32x4.add(f32x4.mul(x, f32x4.splat(1.44269504)), f32x4.splat(ROUND));
  const n = f32x4.sub(rounded, f32x4.splat(ROUND));
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let sum = f32x4.add(f32x4.mul(r, f32x4.splat(1.9875691500e-4)), f32x4.splat(1.3981999507e-3));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(8.3334519073e-3));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(4.1665795894e-2));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.6666665459e-1));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(0.5));
  sum = f32x4.add(f32x4.add(f32x4.mul(sum, f32x4.mul(r, r)), r), f32x4.splat(1));
  const power = i32x4.sub(rounded, f32x4.splat(ROUND));
  const half = i32x4.shr_s(power, 1);
  const rest = i32x4.sub(power, half);
  const one = i32x4.splat(127);
  sum = f32x4.mul(sum, i32x4.shl(i32x4.add(half, one), 23));
  return f32x4.mul(sum, i32x4.shl(i32x4.add(rest, one), 23));
}
