import { decodeF16Array } from "@sift-attention/tensor";

let table: Float32Array | undefined;

/** decodeF16 by a table of all 65,536 values: for loops over many numbers. */
export function halfToFloat(bits: number): number {
  table ??= decodeF16Array(Uint16Array.from({ length: 65_536 }, (_, pattern) => pattern));
  return table[bits]!;
}
