// out[r, :] = x[r, :] / √(mean(x[r, :]²) + epsilon) · weight. The squares are summed in f64.
//
// grid: runs of SPAN rows.

import { argument, number } from "./control";

export const SPAN: i32 = 16;

// Arguments 0 to 4: out, x, weight, rows, width. Number 0: epsilon.

export function rmsNormTicket(ticket: i32): void {
  const to = min((ticket + 1) * SPAN, argument(3));
  for (let r = ticket * SPAN; r < to; r++) rmsNormRow(r);
}

function rmsNormRow(r: i32): void {
  const width = argument(4);
  const start = ((r * width) as usize) << 2;
  const out = (argument(0) as usize) + start, x = (argument(1) as usize) + start;
  const weight = argument(2) as usize;
  const factor = (1 / sqrt(sumOfSquares(x, width) / width + number(0))) as f32;
  const end = (width as usize) << 2, whole = end & ~15;
  let i: usize = 0;
  for (; i < whole; i += 16) {
    const scaled = f32x4.mul(v128.load(x + i), f32x4.splat(factor));
    v128.store(out + i, f32x4.mul(scaled, v128.load(weight + i)));
  }
  for (; i < end; i += 4) store<f32>(out + i, load<f32>(x + i) * factor * load<f32>(weight + i));
}

function sumOfSquares(x: usize, width: i32): f64 {
  const end = (width as usize) << 2, whole = end & ~15;
  let low = f64x2.splat(0), high = f64x2.splat(0);
  let i: usize = 0;
  for (; i < whole; i += 16) {
    const four = v128.load(x + i);
    const a = f64x2.promote_low_f32x4(four);
    const b = f64x2.promote_low_f32x4(v128.shuffle<i64>(four, four, 1, 0));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  const both = f64x2.add(low, high);
  let sum = f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
  for (; i < end; i += 4) sum += (load<f32>(x + i) as f64) * (load<f32>(x + i) as f64);
  return sum;
}
