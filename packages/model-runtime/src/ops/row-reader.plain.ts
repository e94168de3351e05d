import { decodeBf16 } from "@sift-attention/tensor";
import { halfToFloat } from "../weights/half-float.ts";
import { TENSOR_BLOCKS } from "../weights/tensor-format.ts";
import { unpackRow } from "../weights/unpack.ts";
import type { CpuMatrix } from "./cpu-ops.ts";

/** Writes one row of a matrix as f32 to `out` from its start. */
export type RowReader = (row: number, out: Float32Array) => void;

/** Makes a reader of single rows of a packed matrix. */
export function createRowReader({ region, format, columns }: CpuMatrix): RowReader {
  const bytes = region.bytes();
  switch (format) {
    case "f32": {
      const floats = region.floats();
      return (row, out) => out.set(floats.subarray(row * columns, (row + 1) * columns));
    }
    case "f16":
      return shortReader(bytes, columns, halfToFloat);
    case "bf16":
      return shortReader(bytes, columns, decodeBf16);
    default: {
      const { numbers, bytes: blockBytes } = TENSOR_BLOCKS[format];
      const stride = (columns / numbers) * blockBytes;
      return (row, out) => unpackRow(format, bytes, row * stride, out, columns);
    }
  }
}

/** Rows of 16-bit numbers. */
function shortReader(
  bytes: Uint8Array,
  columns: number,
  toFloat: (bits: number) => number,
): RowReader {
  const shorts = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 1);
  return (row, out) => {
    const from = row * columns;
    for (let i = 0; i < columns; i++) out[i] = toFloat(shorts[from + i]!);
  };
}
