import { expectNotAborted } from "../weights/byte-source.ts";
import type { WeightTensor } from "../weights/model-files.ts";
import { matrixShape } from "./matrix-layout.ts";

/** What is read of a tensor. */
export type SlicedTensor = Pick<
  WeightTensor,
  "name" | "format" | "shape" | "byteLength" | "readRange"
>;

/** Consecutive whole rows as stored. */
export interface RowSlice {
  readonly firstRow: number;
  readonly rows: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Bytes read at once; a row that is longer comes whole. */
export const sliceBytes: number = 4 * 2 ** 20;

/**
 * A tensor's rows in slices of at most 4 MiB. The bytes are valid until the next slice is asked for.
 * @throws ModelError "aborted" between two slices, and whatever reading throws.
 */
export async function* readSlices(
  tensor: SlicedTensor,
  signal?: AbortSignal,
): AsyncGenerator<RowSlice> {
  const [rows] = matrixShape(tensor);
  const rowBytes = tensor.byteLength / rows;
  const most = Math.min(rows, Math.max(1, Math.floor(sliceBytes / rowBytes)));
  const buffer = new Uint8Array(most * rowBytes);
  for (let firstRow = 0; firstRow < rows; firstRow += most) {
    expectNotAborted(signal);
    const count = Math.min(most, rows - firstRow);
    const bytes = buffer.subarray(0, count * rowBytes);
    await tensor.readRange(bytes, firstRow * rowBytes, signal);
    yield { firstRow, rows: count, bytes };
  }
  expectNotAborted(signal);
}
