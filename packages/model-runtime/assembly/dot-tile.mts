// Dot products of rows of f32 that share their loads: 2 × 4, 1 × 4 and 1 × 1.
//
// Every product sum is made in one order, whatever tile it falls into: four lanes over the numbers in turn, the lanes
// added pairwise, then the last count mod 4 products one after the other. So an output does not depend on its
// neighbours.

import { madd, sumFour, sumLanes, zero } from "./vectors";

/** Σ x[i] · w[i] for i from `start` to `count`. */
// @ts-ignore: decorator
@inline
function tail(x: usize, w: usize, start: usize, count: usize): f32 {
  let sum: f32 = 0;
  for (let i = start; i < count; i++) sum += load<f32>(x + (i << 2)) * load<f32>(w + (i << 2));
  return sum;
}

/** `tail` of x with four rows of w. */
export function tailFour(x: usize, w: usize, stride: usize, count: usize): v128 {
  const start = count & ~3;
  let sums = f32x4.splat(tail(x, w, start, count));
  sums = f32x4.replace_lane(sums, 1, tail(x, w + stride, start, count));
  sums = f32x4.replace_lane(sums, 2, tail(x, w + 2 * stride, start, count));
  return f32x4.replace_lane(sums, 3, tail(x, w + 3 * stride, start, count));
}

/** out0[j] = scale · x0·w[j] + bias[j], out1[j] the same of x1, for four rows of w that lie `stride` bytes apart. */
// @ts-ignore: decorator
@inline
export function dotTwoByFour(
  x0: usize, x1: usize, w: usize, stride: usize, count: usize,
  scale: v128, bias: v128, out0: usize, out1: usize,
): void {
  let a0 = zero(), a1 = zero(), a2 = zero(), a3 = zero();
  let b0 = zero(), b1 = zero(), b2 = zero(), b3 = zero();
  const end = (count & ~3) << 2;
  const w1 = w + stride, w2 = w1 + stride, w3 = w2 + stride;
  for (let i: usize = 0; i < end; i += 16) {
    const xa = v128.load(x0 + i), xb = v128.load(x1 + i);
    let row = v128.load(w + i);
    a0 = madd(a0, xa, row);
    b0 = madd(b0, xb, row);
    row = v128.load(w1 + i);
    a1 = madd(a1, xa, row);
    b1 = madd(b1, xb, row);
    row = v128.load(w2 + i);
    a2 = madd(a2, xa, row);
    b2 = madd(b2, xb, row);
    row = v128.load(w3 + i);
    a3 = madd(a3, xa, row);
    b3 = madd(b3, xb, row);
  }
  let a = sumFour(a0, a1, a2, a3), b = sumFour(b0, b1, b2, b3);
  if (count & 3) {
    a = f32x4.add(a, tailFour(x0, w, stride, count));
    b = f32x4.add(b, tailFour(x1, w, stride, count));
  }
  v128.store(out0, madd(bias, a, scale));
  v128.store(out1, madd(bias, b, scale));
}

/** out[j] = scale · x·w[j] + bias[j] for four rows of w that lie `stride` bytes apart. */
export function dotOneByFour(
  x: usize, w: usize, stride: usize, count: usize, scale: v128, bias: v128, out: usize,
): void {
  let a0 = zero(), a1 = zero(), a2 = zero(), a3 = zero();
  const end = (count & ~3) << 2;
  const w1 = w + stride, w2 = w1 + stride, w3 = w2 + stride;
  for (let i: usize = 0; i < end; i += 16) {
    const xa = v128.load(x + i);
    a0 = madd(a0, xa, v128.load(w + i));
    a1 = madd(a1, xa, v128.load(w1 + i));
    a2 = madd(a2, xa, v128.load(w2 + i));
    a3 = madd(a3, xa, v128.load(w3 + i));
  }
  let a = sumFour(a0, a1, a2, a3);
  if (count & 3) a = f32x4.add(a, tailFour(x, w, stride, count));
  v128.store(out, madd(bias, a, scale));
}

/** x·w. */
export function dotOne(x: usize, w: usize, count: usize): f32 {
  let sums = zero();
  const end = (count & ~3) << 2;
  for (let i: usize = 0; i < end; i += 16) sums = madd(sums, v128.load(x + i), v128.load(w + i));
  const sum = sumLanes(sums);
  return count & 3 ? sum + tail(x, w, count & ~3, count) : sum;
}
