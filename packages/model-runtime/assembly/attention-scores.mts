// scores[l, t] = scale · query[l] · keys[t]: every row of keys is loaded once for all lines of a block, four rows by
// two lines at a time.

import * as block from "./attention-block";
import { dotOne, dotOneByFour, dotTwoByFour } from "./dot-tile";
import { zero } from "./vectors";

/** Scores of the keys `from` to `to`; `from` is a multiple of four. queries [lines, headDim], keys [·, headDim]. */
export function scoreKeys(
  queries: usize, lines: i32, keys: usize, from: i32, to: i32, headDim: i32, scale: f32,
): void {
  const width = (headDim as usize) << 2;
  let t = from;
  for (; t + 4 <= to; t += 4) scoreFour(queries, lines, keys + (t as usize) * width, t, width, scale);
  for (; t < to; t++) {
    const key = keys + (t as usize) * width;
    for (let l: usize = 0; l < (lines as usize); l++) {
      const score = dotOne(queries + l * width, key, headDim as usize) * scale;
      store<f32>(block.scores + l * block.scoreStride + ((t as usize) << 2), score);
    }
  }
}

function scoreFour(queries: usize, lines: i32, keys: usize, t: i32, width: usize, scale: f32): void {
  const count = width >> 2, factor = f32x4.splat(scale);
  let out = block.scores + ((t as usize) << 2);
  let left = lines;
  for (; left >= 2; left -= 2, queries += 2 * width, out += 2 * block.scoreStride) {
    const next = out + block.scoreStride;
    dotTwoByFour(queries, queries + width, keys, width, count, factor, zero(), out, next);
  }
  if (left > 0) dotOneByFour(queries, keys, width, count, factor, zero(), out);
}
