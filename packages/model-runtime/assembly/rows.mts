// Operators that move whole rows: reading rows of a packed table, and appending rows to a cache.

import { rowBytes, unpackRow } from "./unpack";

/** out[r, :] = table[ids[r], :] as f32. ids are i32 [rows]. */
export function embed(out: usize, table: usize, format: i32, columns: i32, ids: usize, rows: i32): void {
  const stride = rowBytes(format, columns) as usize;
  const width = (columns as usize) << 2;
  for (let r = 0; r < rows; r++, ids += 4, out += width) {
    unpackRow(format, table + (load<u32>(ids) as usize) * stride, columns, out);
  }
}

/** Copies rows [rows, kvHeads, headDim] into a cache [kvHeads, capacity, headDim] from `position` on. */
export function append(
  cache: usize, x: usize, rows: i32, kvHeads: i32, headDim: i32, capacity: i32, position: i32,
): void {
  const width = (headDim as usize) << 2;
  for (let r = 0; r < rows; r++) {
    for (let head = 0; head < kvHeads; head++, x += width) {
      const row = (head as usize) * (capacity as usize) + ((position + r) as usize);
      memory.copy(cache + row * width, x, width);
    }
  }
}
