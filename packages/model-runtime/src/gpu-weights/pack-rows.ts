import type { TensorFormat } from "../weights/tensor-format.ts";
import { packQ4Blocks, packQ5Blocks, packQ8Blocks } from "./pack-blocks.ts";
import { packQ4K, packQ5K, packQ6K } from "./pack-superblocks.ts";
import { type PackableFormat, packedRow } from "./packed-format.ts";

/** Rows as they lie on the device. */
export interface PackedRows {
  /** [rows, words of a row]. */
  readonly words: Uint32Array<ArrayBuffer>;
  /** [rows, scale words of a row]; empty without scales. */
  readonly scales: Uint32Array<ArrayBuffer>;
}

/** Where one row goes. */
export interface RowTarget extends PackedRows {
  readonly wordsAt: number;
  readonly scalesAt: number;
}

/** Packs the stored bytes of one row from `at` on; the target is zeroed. */
export type PackRow = (source: DataView, at: number, columns: number, target: RowTarget) => void;

/** Bytes of whole rows, copied. */
function copyRow(bytesOfNumber: number): PackRow {
  return (source, at, columns, { words, wordsAt }) => {
    const bytes = new Uint8Array(source.buffer, source.byteOffset + at, columns * bytesOfNumber);
    new Uint8Array(words.buffer, words.byteOffset + wordsAt * 4, bytes.length).set(bytes);
  };
}

const packRow: Readonly<Record<PackableFormat, PackRow>> = {
  f32: copyRow(4),
  f16: copyRow(2),
  bf16: copyRow(2),
  q8_0: packQ8Blocks,
  q4_0: packQ4Blocks({ minima: false }),
  q4_1: packQ4Blocks({ minima: true }),
  q5_0: packQ5Blocks({ minima: false }),
  q5_1: packQ5Blocks({ minima: true }),
  q4_k: packQ4K,
  q5_k: packQ5K,
  q6_k: packQ6K,
};

/**
 * Rows of a stored tensor in the device's layout (`PackedFormat`).
 * @param bytes The rows as stored, one after the other.
 */
export function packRows(
  format: TensorFormat,
  bytes: Uint8Array<ArrayBuffer>,
  rows: number,
  columns: number,
): PackedRows {
  const { wordBytes, scaleBytes } = packedRow(format, columns);
  const words = new Uint32Array((rows * wordBytes) / 4);
  const scales = new Uint32Array((rows * scaleBytes) / 4);
  const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pack = packRow[format];
  for (let r = 0; r < rows; r++) {
    pack(source, (r * bytes.byteLength) / rows, columns, {
      words,
      scales,
      wordsAt: (r * wordBytes) / 4,
      scalesAt: (r * scaleBytes) / 4,
    });
  }
  return { words, scales };
}
