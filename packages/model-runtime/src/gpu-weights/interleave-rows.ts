import { type RowSlice, readSlices, type SlicedTensor } from "./read-slices.ts";

/** Rows of two tensors of one format and shape in turn: row 2j from the first, row 2j + 1 from the second. */
export async function* interleaveRows(
  first: SlicedTensor,
  second: SlicedTensor,
  signal: AbortSignal | undefined,
): AsyncGenerator<RowSlice> {
  const others = readSlices(second, signal);
  try {
    for await (const even of readSlices(first, signal)) {
      const odd = (await others.next()).value as RowSlice;
      const bytes = zipRows(even.bytes, odd.bytes, even.bytes.length / even.rows);
      yield { firstRow: 2 * even.firstRow, rows: 2 * even.rows, bytes };
    }
  } finally {
    await others.return(undefined);
  }
}

function zipRows(even: Uint8Array, odd: Uint8Array, rowBytes: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(2 * even.length);
  for (let at = 0; at < even.length; at += rowBytes) {
    bytes.set(even.subarray(at, at + rowBytes), 2 * at);
    bytes.set(odd.subarray(at, at + rowBytes), 2 * at + rowBytes);
  }
  return bytes;
}
