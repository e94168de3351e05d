import { expectWhole } from "../expect-number.ts";
import { SiftError } from "../sift-error.ts";

/** Rows as a cache of `kvType: "i8"` holds them: number · scale of its row. */
export interface QuantisedRows {
  /** [rows, rowLength], −127 to 127. */
  readonly numbers: Int8Array<ArrayBuffer>;
  /** [rows], ≥ 0. */
  readonly scales: Float32Array<ArrayBuffer>;
}

const greatest = 127; // −128 has no counterpart
const leastScale = 2 ** -126; // below it f32 has fewer digits: such rows are zeros

/** max |x| / 127, so that the greatest number of the row becomes ±127. */
function scaleOf(row: Float32Array, index: number): number {
  let top = 0;
  for (const x of row) {
    if (!Number.isFinite(x)) {
      throw new SiftError(
        "invalid-buffer",
        `rows: expected finite numbers, got ${x} in row ${index}`,
      );
    }
    top = Math.max(top, Math.abs(x));
  }
  const scale = Math.fround(top / greatest);
  return scale < leastScale ? 0 : scale;
}

/**
 * Keys or values for a cache of `kvType: "i8"`: each row divided by a scale of its own and rounded, which moves a number by
 * at most 1/254 of the greatest one of its row.
 * @param rows f32 [rows, rowLength], finite.
 * @param rowLength Numbers of a row, headDim, ≥ 1.
 * @throws SiftError "invalid-buffer" for numbers that are not finite or a length that is no multiple of `rowLength`,
 * "invalid-option" for a row length that is no whole number above 0.
 */
export function quantiseRows(rows: Float32Array, rowLength: number): QuantisedRows {
  expectWhole(
    { code: "invalid-option", where: "rowLength" },
    rowLength,
    1,
    Number.MAX_SAFE_INTEGER,
  );
  if (rows.length % rowLength !== 0) {
    throw new SiftError(
      "invalid-buffer",
      `rows: expected a multiple of ${rowLength} numbers, got ${rows.length}`,
    );
  }
  const numbers = new Int8Array(rows.length);
  const scales = new Float32Array(rows.length / rowLength);
  for (let index = 0; index < scales.length; index++) {
    const start = index * rowLength;
    const row = rows.subarray(start, start + rowLength);
    const scale = scaleOf(row, index);
    scales[index] = scale;
    if (scale === 0) continue;
    for (const [i, x] of row.entries()) numbers[start + i] = Math.round(x / scale);
  }
  return { numbers, scales };
}
