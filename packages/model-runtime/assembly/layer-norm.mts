// out[r, :] = (x[r, :] − mean) / √(variance + epsilon) · weight + bias. Mean and variance are summed in f64, one after
// the other: squares about 0 would cancel where the mean is large.
//
// grid: runs of SPAN rows.

import { argument, number } from "./control";

export const SPAN: i32 = 16;

// Arguments 0 to 5: out, x, weight, bias, rows, width. Number 0: epsilon.

export function layerNormTicket(ticket: i32): void {
  const to = min((ticket + 1) * SPAN, argument(4));
  for (let r = ticket * SPAN; r < to; r++) layerNormRow(r);
}

function layerNormRow(r: i32): void {
  const width = argument(5);
  const start = ((r * width) as usize) << 2, end = (width as usize) << 2, whole = end & ~15;
  const out = (argument(0) as usize) + start, x = (argument(1) as usize) + start;
  const weight = argument(2) as usize, bias = argument(3) as usize;
  const mean = sumOfPowers(x, width, 0, false) / width;
  const factor = (1 / sqrt(sumOfPowers(x, width, mean, true) / width + number(0))) as f32;
  const centre = mean as f32;
  let i: usize = 0;
  for (; i < whole; i += 16) {
    const scaled = f32x4.mul(f32x4.sub(v128.load(x + i), f32x4.splat(centre)), f32x4.splat(factor));
    v128.store(out + i, f32x4.add(f32x4.mul(scaled, v128.load(weight + i)), v128.load(bias + i)));
  }
  for (; i < end; i += 4) {
    const scaled = (load<f32>(x + i) - centre) * factor;
    store<f32>(out + i, scaled * load<f32>(weight + i) + load<f32>(bias + i));
  }
}

/** Σ (x[i] − mean), or of its square. */
// @ts-ignore: decorator
@inline
function sumOfPowers(x: usize, width: i32, mean: f64, isSquared: bool): f64 {
  const end = (width as usize) << 2, whole = end & ~15, centre = f64x2.splat(mean);
  let low = f64x2.splat(0), high = f64x2.splat(0);
  let i: usize = 0;
  for (; i < whole; i += 16) {
    const four = v128.load(x + i);
    const a = f64x2.sub(f64x2.promote_low_f32x4(four), centre);
    const b = f64x2.sub(f64x2.promote_low_f32x4(v128.shuffle<i64>(four, four, 1, 0)), centre);
    low = f64x2.add(low, isSquared ? f64x2.mul(a, a) : a);
    high = f64x2.add(high, isSquared ? f64x2.mul(b, b) : b);
  }
  const both = f64x2.add(low, high);
  let sum = f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
  for (; i < end; i += 4) {
    const rest = (load<f32>(x + i) as f64) - mean;
    sum += isSquared ? rest * rest : rest;
  }
  return sum;
}
