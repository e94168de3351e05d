// out[j] = x · w[j] (+ bias[j]) for one row of activations: four packed rows of weights at a time, unpacked in
// registers, so that each byte of weights is read once and nothing is written. Products are added in dot-tile's order.

import { BF16, exponents, F16, F32, fiveBits, hasTiny, highFloats, loadBrain, loadBrains, loadHalf, loadHalves, lowFloats, Q4_0, Q4_1, Q5_0, Q8_0, splatHalf, widen, widenNormal } from "./unpack";
import { madd, sumFour, zero } from "./vectors";

/** Four neighbouring weights of a format that stores numbers one by one. */
// @ts-ignore: decorator
@inline
function loadFour(format: i32, at: usize): v128 {
  if (format == F16) return loadHalves(at);
  if (format == BF16) return loadBrains(at);
  return v128.load(at);
}

// @ts-ignore: decorator
@inline
function loadSingle(format: i32, at: usize): f32 {
  if (format == F16) return loadHalf(at);
  if (format == BF16) return loadBrain(at);
  return load<f32>(at);
}

// @ts-ignore: decorator
@inline
function tailSum(format: i32, x: usize, w: usize, from: usize, count: usize, shift: usize): f32 {
  let sum: f32 = 0;
  for (let i = from; i < count; i++) sum += load<f32>(x + (i << 2)) * loadSingle(format, w + (i << shift));
  return sum;
}

// @ts-ignore: decorator
@inline
function plainRows(format: i32, x: usize, w: usize, stride: usize, count: usize): v128 {
  const shift: usize = format == F32 ? 2 : 1;
  let a0 = zero(), a1 = zero(), a2 = zero(), a3 = zero();
  const whole = count & ~3;
  const w1 = w + stride, w2 = w1 + stride, w3 = w2 + stride;
  for (let i: usize = 0; i < whole; i += 4) {
    const xa = v128.load(x + (i << 2));
    const at = i << shift;
    a0 = madd(a0, xa, loadFour(format, w + at));
    a1 = madd(a1, xa, loadFour(format, w1 + at));
    a2 = madd(a2, xa, loadFour(format, w2 + at));
    a3 = madd(a3, xa, loadFour(format, w3 + at));
  }
  const sums = sumFour(a0, a1, a2, a3);
  if (whole == count) return sums;
  let rest = f32x4.splat(tailSum(format, x, w, whole, count, shift));
  rest = f32x4.replace_lane(rest, 1, tailSum(format, x, w1, whole, count, shift));
  rest = f32x4.replace_lane(rest, 2, tailSum(format, x, w2, whole, count, shift));
  rest = f32x4.replace_lane(rest, 3, tailSum(format, x, w3, whole, count, shift));
  return f32x4.add(sums, rest);
}

// @ts-ignore: decorator
@inline
function q8Rows(x: usize, w: usize, stride: usize, count: usize): v128 {
  let a0 = zero(), a1 = zero(), a2 = zero(), a3 = zero();
  const w1 = w + stride, w2 = w1 + stride, w3 = w2 + stride;
  for (let i: usize = 0, at: usize = 0; i < count; i += 32, at += 34) {
    const s0 = splatHalf(w + at), s1 = splatHalf(w1 + at);
    const s2 = splatHalf(w2 + at), s3 = splatHalf(w3 + at);
    for (let j: usize = 0; j < 32; j += 8) {
      const xa = v128.load(x + ((i + j) << 2)), xb = v128.load(x + ((i + j) << 2), 16);
      let q = v128.load8x8_s(w + at + j, 2);
      a0 = madd(madd(a0, xa, f32x4.mul(s0, lowFloats(q))), xb, f32x4.mul(s0, highFloats(q)));
      q = v128.load8x8_s(w1 + at + j, 2);
      a1 = madd(madd(a1, xa, f32x4.mul(s1, lowFloats(q))), xb, f32x4.mul(s1, highFloats(q)));
      q = v128.load8x8_s(w2 + at + j, 2);
      a2 = madd(madd(a2, xa, f32x4.mul(s2, lowFloats(q))), xb, f32x4.mul(s2, highFloats(q)));
      q = v128.load8x8_s(w3 + at + j, 2);
      a3 = madd(madd(a3, xa, f32x4.mul(s3, lowFloats(q))), xb, f32x4.mul(s3, highFloats(q)));
    }
  }
  return sumFour(a0, a1, a2, a3);
}

/** Adds the products of sixteen numbers with sixteen signed bytes, each times scale plus minimum. */
// @ts-ignore: decorator
@inline
function maddBytes(sum: v128, x: usize, bytes: v128, scale: v128, minimum: v128, format: i32): v128 {
  const low = i16x8.extend_low_i8x16_s(bytes), high = i16x8.extend_high_i8x16_s(bytes);
  let q0 = f32x4.mul(scale, lowFloats(low)), q1 = f32x4.mul(scale, highFloats(low));
  let q2 = f32x4.mul(scale, lowFloats(high)), q3 = f32x4.mul(scale, highFloats(high));
  if (format == Q4_1) {
    q0 = f32x4.add(q0, minimum);
    q1 = f32x4.add(q1, minimum);
    q2 = f32x4.add(q2, minimum);
    q3 = f32x4.add(q3, minimum);
  }
  sum = madd(madd(sum, v128.load(x), q0), v128.load(x, 16), q1);
  return madd(madd(sum, v128.load(x, 32), q2), v128.load(x, 48), q3);
}

/** Bytes of 32 numbers, the last sixteen of which are the nibbles. */
// @ts-ignore: decorator
@inline
function blockBytes(format: i32): usize {
  return format == Q4_0 ? 18 : format == Q4_1 ? 20 : 22;
}

// @ts-ignore: decorator
@inline
function maddBlock(sum: v128, x: usize, block: usize, format: i32): v128 {
  const scale = splatHalf(block);
  const minimum = format == Q4_1 ? splatHalf(block + 2) : scale;
  const pairs = v128.load(block + blockBytes(format) - 16);
  let low = v128.and(pairs, i8x16.splat(15)), high = i8x16.shr_u(pairs, 4);
  if (format == Q4_0) {
    low = i8x16.sub(low, i8x16.splat(8));
    high = i8x16.sub(high, i8x16.splat(8));
  }
  if (format == Q5_0) {
    low = fiveBits(low, block + 2);
    high = fiveBits(high, block + 4);
  }
  return maddBytes(maddBytes(sum, x, low, scale, minimum, format), x + 64, high, scale, minimum, format);
}

// @ts-ignore: decorator
@inline
function blockRows(format: i32, x: usize, w: usize, stride: usize, count: usize): v128 {
  const bytes = blockBytes(format);
  let a0 = zero(), a1 = zero(), a2 = zero(), a3 = zero();
  const w1 = w + stride, w2 = w1 + stride, w3 = w2 + stride;
  for (let i: usize = 0, at: usize = 0; i < count; i += 32, at += bytes) {
    const from = x + (i << 2);
    a0 = maddBlock(a0, from, w + at, format);
    a1 = maddBlock(a1, from, w1 + at, format);
    a2 = maddBlock(a2, from, w2 + at, format);
    a3 = maddBlock(a3, from, w3 + at, format);
  }
  return sumFour(a0, a1, a2, a3);
}

function f32Four(x: usize, w: usize, stride: usize, count: usize): v128 {
  return plainRows(F32, x, w, stride, count);
}

// @ts-ignore: decorator
@inline
function maddNormal(sum: v128, xa: v128, xb: v128, halves: v128): v128 {
  sum = madd(sum, xa, widenNormal(i32x4.extend_low_i16x8_s(halves)));
  return madd(sum, xb, widenNormal(i32x4.extend_high_i16x8_s(halves)));
}

// @ts-ignore: decorator
@inline
function maddAny(sum: v128, xa: v128, xb: v128, halves: v128): v128 {
  sum = madd(sum, xa, widen(i32x4.extend_low_i16x8_s(halves)));
  return madd(sum, xb, widen(i32x4.extend_high_i16x8_s(halves)));
}

/** Eight columns at a time; the shorter way when none of their 4 × 8 weights is zero or subnormal. */
function f16Four(x: usize, w: usize, stride: usize, count: usize): v128 {
  if (count & 7) return plainRows(F16, x, w, stride, count);
  let a0 = zero(), a1 = zero(), a2 = zero(), a3 = zero();
  const w1 = w + stride, w2 = w1 + stride, w3 = w2 + stride;
  for (let i: usize = 0; i < count; i += 8) {
    const xa = v128.load(x + (i << 2)), xb = v128.load(x + (i << 2), 16);
    const at = i << 1;
    const h0 = v128.load(w + at), h1 = v128.load(w1 + at);
    const h2 = v128.load(w2 + at), h3 = v128.load(w3 + at);
    const least01 = i16x8.min_u(exponents(h0), exponents(h1));
    const least23 = i16x8.min_u(exponents(h2), exponents(h3));
    if (hasTiny(i16x8.min_u(least01, least23))) {
      a0 = maddAny(a0, xa, xb, h0);
      a1 = maddAny(a1, xa, xb, h1);
      a2 = maddAny(a2, xa, xb, h2);
      a3 = maddAny(a3, xa, xb, h3);
    } else {
      a0 = maddNormal(a0, xa, xb, h0);
      a1 = maddNormal(a1, xa, xb, h1);
      a2 = maddNormal(a2, xa, xb, h2);
      a3 = maddNormal(a3, xa, xb, h3);
    }
  }
  return sumFour(a0, a1, a2, a3);
}

function bf16Four(x: usize, w: usize, stride: usize, count: usize): v128 {
  return plainRows(BF16, x, w, stride, count);
}

function q8Four(x: usize, w: usize, stride: usize, count: usize): v128 {
  return q8Rows(x, w, stride, count);
}

function q40Four(x: usize, w: usize, stride: usize, count: usize): v128 {
  return blockRows(Q4_0, x, w, stride, count);
}

function q50Four(x: usize, w: usize, stride: usize, count: usize): v128 {
  return blockRows(Q5_0, x, w, stride, count);
}

function q41Four(x: usize, w: usize, stride: usize, count: usize): v128 {
  return blockRows(Q4_1, x, w, stride, count);
}

/** Whether `dotPackedFour` knows the format. */
export function isFused(format: i32): bool {
  return format <= Q5_0;
}

/** x·w[j] for four packed rows that lie `stride` bytes apart. */
export function dotPackedFour(format: i32, x: usize, w: usize, stride: usize, count: usize): v128 {
  switch (format) {
    case F32: return f32Four(x, w, stride, count);
    case F16: return f16Four(x, w, stride, count);
    case BF16: return bf16Four(x, w, stride, count);
    case Q8_0: return q8Four(x, w, stride, count);
    case Q4_0: return q40Four(x, w, stride, count);
    case Q5_0: return q50Four(x, w, stride, count);
    default: return q41Four(x, w, stride, count);
  }
}
