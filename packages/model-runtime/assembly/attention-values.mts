// outputs[l, :] += Σ_{t in list} weight[l, t] · values[t, :]: only the value rows in the list are read, four lines by
// eight columns at a time. Each call starts from 0 and adds its sum to the outputs once, key by key in ascending order,
// so a key of weight 0 in the list changes nothing.

import * as block from "./attention-block";
import { madd, zero } from "./vectors";

/** List entries `from` to `to`, for `lines` lines of weights at block.scores; outputs [lines, headDim]. */
export function sumValues(
  values: usize, from: i32, to: i32, lines: i32, headDim: i32, outputs: usize,
): void {
  if (from >= to) return;
  const first = block.list + ((from as usize) << 2), last = block.list + ((to as usize) << 2);
  const width = (headDim as usize) << 2;
  let weights = block.scores;
  let left = lines;
  for (; left >= 4; left -= 4, weights += 4 * block.scoreStride, outputs += 4 * width) {
    fourLines(values, first, last, weights, headDim as usize, outputs);
  }
  for (; left > 0; left--, weights += block.scoreStride, outputs += width) {
    oneLine(values, first, last, weights, 0, headDim as usize, outputs);
  }
}

// @ts-ignore: decorator
@inline
function addTo(out: usize, sum: v128): void {
  v128.store(out, f32x4.add(v128.load(out), sum));
}

function fourLines(
  values: usize, first: usize, last: usize, weights: usize, headDim: usize, outputs: usize,
): void {
  const width = headDim << 2;
  const end = (headDim & ~7) << 2;
  for (let column: usize = 0; column < end; column += 32) {
    fourByEight(values + column, first, last, weights, headDim, outputs + column);
  }
  if (end == width) return;
  for (let line: usize = 0; line < 4; line++) {
    oneLine(values, first, last, weights + line * block.scoreStride, end, headDim, outputs + line * width);
  }
}

function fourByEight(
  values: usize, first: usize, last: usize, weights: usize, headDim: usize, out: usize,
): void {
  const w1 = weights + block.scoreStride, w2 = w1 + block.scoreStride, w3 = w2 + block.scoreStride;
  let a0 = zero(), a1 = zero(), b0 = zero(), b1 = zero();
  let c0 = zero(), c1 = zero(), d0 = zero(), d1 = zero();
  for (; first < last; first += 4) {
    const key = load<u32>(first) as usize;
    const value0 = v128.load(values + key * headDim), value1 = v128.load(values + key * headDim, 16);
    let weight = v128.load32_splat(weights + key);
    a0 = madd(a0, weight, value0);
    a1 = madd(a1, weight, value1);
    weight = v128.load32_splat(w1 + key);
    b0 = madd(b0, weight, value0);
    b1 = madd(b1, weight, value1);
    weight = v128.load32_splat(w2 + key);
    c0 = madd(c0, weight, value0);
    c1 = madd(c1, weight, value1);
    weight = v128.load32_splat(w3 + key);
    d0 = madd(d0, weight, value0);
    d1 = madd(d1, weight, value1);
  }
  const width = headDim << 2;
  addTo(out, a0);
  addTo(out + 16, a1);
  addTo(out + width, b0);
  addTo(out + width + 16, b1);
  addTo(out + 2 * width, c0);
  addTo(out + 2 * width + 16, c1);
  addTo(out + 3 * width, d0);
  addTo(out + 3 * width + 16, d1);
}

/** Columns from byte `column` on. */
function oneLine(
  values: usize, first: usize, last: usize, weights: usize, column: usize, headDim: usize, out: usize,
): void {
  const width = headDim << 2;
  for (; column + 128 <= width; column += 128) {
    oneByThirtyTwo(values + column, first, last, weights, headDim, out + column);
  }
  for (; column + 16 <= width; column += 16) {
    let sum = zero();
    for (let entry = first; entry < last; entry += 4) {
      const key = load<u32>(entry) as usize;
      sum = madd(sum, v128.load32_splat(weights + key), v128.load(values + column + key * headDim));
    }
    addTo(out + column, sum);
  }
  for (; column < width; column += 4) {
    let sum: f32 = 0;
    for (let entry = first; entry < last; entry += 4) {
      const key = load<u32>(entry) as usize;
      sum += load<f32>(weights + key) * load<f32>(values + column + key * headDim);
    }
    store<f32>(out + column, load<f32>(out + column) + sum);
  }
}

function oneByThirtyTwo(
  values: usize, first: usize, last: usize, weights: usize, headDim: usize, out: usize,
): void {
  let a0 = zero(), a1 = zero(), a2 = zero(), a3 = zero();
  let a4 = zero(), a5 = zero(), a6 = zero(), a7 = zero();
  for (; first < last; first += 4) {
    const key = load<u32>(first) as usize;
    const row = values + key * headDim, weight = v128.load32_splat(weights + key);
    a0 = madd(a0, weight, v128.load(row));
    a1 = madd(a1, weight, v128.load(row, 16));
    a2 = madd(a2, weight, v128.load(row, 32));
    a3 = madd(a3, weight, v128.load(row, 48));
    a4 = madd(a4, weight, v128.load(row, 64));
    a5 = madd(a5, weight, v128.load(row, 80));
    a6 = madd(a6, weight, v128.load(row, 96));
    a7 = madd(a7, weight, v128.load(row, 112));
  }
  addTo(out, a0);
  addTo(out + 16, a1);
  addTo(out + 32, a2);
  addTo(out + 48, a3);
  addTo(out + 64, a4);
  addTo(out + 80, a5);
  addTo(out + 96, a6);
  addTo(out + 112, a7);
}
