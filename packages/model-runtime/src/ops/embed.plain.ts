import type { CpuMatrix } from "./cpu-ops.ts";
import { createRowReader } from "./row-reader.plain.ts";

/** out[r, :] = table[ids[r], :], unpacked to f32. */
export function embedPlain(out: Float32Array, table: CpuMatrix, ids: ArrayLike<number>): void {
  const { columns } = table;
  const readRow = createRowReader(table);
  for (let r = 0; r < ids.length; r++) {
    readRow(ids[r]!, out.subarray(r * columns, (r + 1) * columns));
  }
}
