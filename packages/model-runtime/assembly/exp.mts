// e^x in f32x4, at most 2 ulp off.
//
// x = n·ln 2 + r with |r| ≤ ln 2 / 2 (Cody and Waite), then e^r = 1 + r + r²·q(r), q of degree 4 fitted to a relative
// error of 2^−28 over that range.

/** 1.5 · 2^23: adding it leaves the nearest integer in the low bits. */
const ROUND: f32 = 12582912;

/** e^r with r = x − n·ln 2. */
// @ts-ignore: decorator
@inline
function expOfRest(x: v128, n: v128): v128 {
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let q = f32x4.add(f32x4.mul(r, f32x4.splat(0.0013814314734190702)), f32x4.splat(0.008368851616978645));
  q = f32x4.add(f32x4.mul(q, r), f32x4.splat(0.041668400168418884));
  q = f32x4.add(f32x4.mul(q, r), f32x4.splat(0.1666651964187622));
  q = f32x4.add(f32x4.mul(q, r), f32x4.splat(0.4999999403953552));
  return f32x4.add(f32x4.add(f32x4.mul(q, f32x4.mul(r, r)), r), f32x4.splat(1));
}

/** For any x, subnormal results included: 0 far below, Infinity far above, NaN for NaN. */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  x = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-105)), f32x4.splat(89));
  const rounded = f32x4.add(f32x4.mul(x, f32x4.splat(1.44269504)), f32x4.splat(ROUND));
  const sum = expOfRest(x, f32x4.sub(rounded, f32x4.splat(ROUND)));
  // 2^n alone leaves the range of f32 at both ends: two factors.
  const power = i32x4.sub(rounded, f32x4.splat(ROUND));
  const half = i32x4.shr_s(power, 1), one = i32x4.splat(127);
  const rest = i32x4.sub(power, half);
  const scaled = f32x4.mul(sum, i32x4.shl(i32x4.add(half, one), 23));
  return f32x4.mul(scaled, i32x4.shl(i32x4.add(rest, one), 23));
}

/** Smallest x whose exponential is a normal number. */
const LEAST: f32 = -87.33654;

/** For x ≤ 0, as in a softmax: 0 where the result would be subnormal, NaN for NaN. */
// @ts-ignore: decorator
@inline
export function expBelowZero(x: v128): v128 {
  const least = f32x4.splat(LEAST), bias = f32x4.splat(ROUND + 127);
  const inside = f32x4.pmax(x, least);
  // The low bits hold n + 127: shifted up they are 2^n.
  const rounded = f32x4.add(f32x4.mul(inside, f32x4.splat(1.44269504)), bias);
  const sum = expOfRest(inside, f32x4.sub(rounded, bias));
  return v128.andnot(f32x4.mul(sum, i32x4.shl(rounded, 23)), f32x4.lt(x, least));
}
