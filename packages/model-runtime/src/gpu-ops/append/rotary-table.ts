import type { Gpu, GpuBuffer } from "@sift-attention/gpu";
import { ModelError } from "../../model-error.ts";

/** Positions from one coarse row of the table to the next. */
export const coarseStep = 256;

/** Angles of rotary position embedding up to some position. */
export interface RotaryTableOptions {
  readonly label: string;
  /** Angles per position: [pairs], radians. */
  readonly frequencies: Float64Array;
  /** Positions are below this. */
  readonly capacity: number;
}

function rowsFor(capacity: number): number {
  return coarseStep + Math.ceil(capacity / coarseStep);
}

/** Bytes of the table. */
export function rotaryTableBytes({ pairs, capacity }: { pairs: number; capacity: number }): number {
  return rowsFor(capacity) * pairs * 2 * Float32Array.BYTES_PER_ELEMENT;
}

/**
 * (cos, sin) of position · frequency, from angles in float64: first the positions 0 to 255, then the multiples of 256.
 * The rotation by any position is the product of one row of each part; as each number is rounded to 2⁻²⁵ at most, and
 * the product's two terms and their sum to 2⁻²⁵ each, it lies within 5 · 2⁻²⁵ of the exact one.
 */
export function rotaryTable({
  frequencies,
  capacity,
}: RotaryTableOptions): Float32Array<ArrayBuffer> {
  const pairs = frequencies.length;
  const table = new Float32Array(rowsFor(capacity) * pairs * 2);
  for (let row = 0; row < rowsFor(capacity); row++) {
    const position = row < coarseStep ? row : (row - coarseStep) * coarseStep;
    for (let pair = 0; pair < pairs; pair++) {
      const angle = position * frequencies[pair]!;
      table[2 * (row * pairs + pair)] = Math.cos(angle);
      table[2 * (row * pairs + pair) + 1] = Math.sin(angle);
    }
  }
  return table;
}

/**
 * The table on a device, to be shared by all layers of the same frequencies: some hundred KB at most. The caller's to
 * dispose of.
 * @throws ModelError "bad-option" without frequencies or positions.
 */
export function createRotaryTable(gpu: Gpu, options: RotaryTableOptions): GpuBuffer<"f32"> {
  const { label, frequencies, capacity } = options;
  if (frequencies.length === 0 || !Number.isInteger(capacity) || capacity < 1) {
    throw new ModelError(
      "bad-option",
      `${label}: expected frequencies and positions, got ${frequencies.length} and ${capacity}`,
    );
  }
  const shape = [rowsFor(capacity), frequencies.length, 2];
  const data = rotaryTable(options);
  return gpu.createBuffer({ label, dtype: "f32", shape, usage: "storage", data });
}
