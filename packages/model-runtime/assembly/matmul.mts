// out[r, j] = Σ_i x[r, i] · weight[j, i] (+ bias[j]): x [rows, columns], weight [outputs, columns] packed.
//
// grid: runs of `span` weight rows. One row of x: weights are unpacked in registers (matmul-one). Several: the run is
// unpacked once into this thread's scratch, small enough for the first cache, and every row of x passes over it in
// tiles of 2 × 4. Both add in the same order, so a row's result does not depend on the rows beside it.

import { argument, scratch } from "./control";
import { dotOne, dotOneByFour, dotTwoByFour } from "./dot-tile";
import { dotPackedFour, isFused } from "./matmul-one";
import { F32, rowBytes, unpackRow } from "./unpack";
import { zero } from "./vectors";

// Arguments 0 to 8: out, x, weight, bias (0 for none), format, rows, columns, outputs, span.

export function matmulTicket(ticket: i32): void {
  const outputs = argument(7), span = argument(8);
  const from = ticket * span;
  const to = min(from + span, outputs);
  if (argument(5) == 1 && isFused(argument(4))) oneRow(from, to);
  else manyRows(from, to);
}

// @ts-ignore: decorator
@inline
function biasOf(j: i32): v128 {
  const bias = argument(3) as usize;
  return bias == 0 ? zero() : v128.load(bias + ((j as usize) << 2));
}

/**
 * The four rows that are multiplied together lie a quarter of the run apart, so that each is read as one long stream of
 * ascending addresses: hardware fetches those ahead, but not four short rows of one page in turns.
 */
function oneRow(from: i32, to: i32): void {
  const x = argument(1) as usize, format = argument(4), columns = argument(6);
  const stride = rowBytes(format, columns) as usize;
  const quarter = (to - from) >> 2;
  const apart = (quarter as usize) * stride;
  let w = (argument(2) as usize) + (from as usize) * stride;
  for (let j = from; j < from + quarter; j++, w += stride) {
    const sums = dotPackedFour(format, x, w, apart, columns as usize);
    storeSum(j, f32x4.extract_lane(sums, 0));
    storeSum(j + quarter, f32x4.extract_lane(sums, 1));
    storeSum(j + 2 * quarter, f32x4.extract_lane(sums, 2));
    storeSum(j + 3 * quarter, f32x4.extract_lane(sums, 3));
  }
  const unpacked = scratch();
  for (let j = from + 4 * quarter; j < to; j++) {
    unpackRow(format, (argument(2) as usize) + (j as usize) * stride, columns, unpacked);
    storeSum(j, dotOne(x, unpacked, columns as usize));
  }
}

/** out[0, j] = sum + bias[j]. */
// @ts-ignore: decorator
@inline
function storeSum(j: i32, sum: f32): void {
  const at = (j as usize) << 2, bias = argument(3) as usize;
  store<f32>((argument(0) as usize) + at, (bias == 0 ? 0 : load<f32>(bias + at)) + sum);
}

function storeOne(out: usize, x: usize, w: usize, j: i32, columns: i32): void {
  const bias = argument(3) as usize;
  const start: f32 = bias == 0 ? 0 : load<f32>(bias + ((j as usize) << 2));
  store<f32>(out + ((j as usize) << 2), start + dotOne(x, w, columns as usize));
}

function manyRows(from: i32, to: i32): void {
  const format = argument(4), columns = argument(6);
  const stride = rowBytes(format, columns) as usize;
  const packed = (argument(2) as usize) + (from as usize) * stride;
  const width = (columns as usize) << 2;
  let weights = packed;
  if (format != F32) {
    weights = scratch();
    for (let j = from; j < to; j++) {
      const run = (j - from) as usize;
      unpackRow(format, packed + run * stride, columns, weights + run * width);
    }
  }
  const rows = argument(5);
  let r = 0;
  for (; r + 2 <= rows; r += 2) twoRows(r, from, to, weights, width);
  if (r < rows) lastRow(r, from, to, weights, width);
}

function twoRows(r: i32, from: i32, to: i32, weights: usize, width: usize): void {
  const columns = argument(6), line = (argument(7) as usize) << 2;
  const x0 = (argument(1) as usize) + (r as usize) * width, x1 = x0 + width;
  const out0 = (argument(0) as usize) + (r as usize) * line, out1 = out0 + line;
  const one = f32x4.splat(1);
  let j = from;
  for (; j + 4 <= to; j += 4, weights += 4 * width) {
    const at = (j as usize) << 2;
    dotTwoByFour(x0, x1, weights, width, columns as usize, one, biasOf(j), out0 + at, out1 + at);
  }
  for (; j < to; j++, weights += width) {
    storeOne(out0, x0, weights, j, columns);
    storeOne(out1, x1, weights, j, columns);
  }
}

function lastRow(r: i32, from: i32, to: i32, weights: usize, width: usize): void {
  const columns = argument(6), line = (argument(7) as usize) << 2;
  const x = (argument(1) as usize) + (r as usize) * width;
  const out = (argument(0) as usize) + (r as usize) * line;
  const one = f32x4.splat(1);
  let j = from;
  for (; j + 4 <= to; j += 4, weights += 4 * width) {
    dotOneByFour(x, weights, width, columns as usize, one, biasOf(j), out + ((j as usize) << 2));
  }
  for (; j < to; j++, weights += width) storeOne(out, x, weights, j, columns);
}
