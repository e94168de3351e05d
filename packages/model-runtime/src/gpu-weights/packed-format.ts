import type { TensorFormat } from "../weights/tensor-format.ts";

/**
 * How a format lies on the device. A row is cut into units, what one lane reads at a time: 8 consecutive numbers, or two
 * such octets from neighbouring blocks of 32, at columns 64p + 8l and 64p + 32 + 8l of unit 4p + l. Then lanes side by
 * side read activations side by side, and no load is misaligned.
 */
export interface PackedFormat {
  /** Octets of a unit. */
  readonly octets: 1 | 2;
  /** Bytes of a unit beside its scales. */
  readonly unitBytes: number;
  /** Scales are stored for so many columns at a time … */
  readonly scaleColumns: number;
  /** … in so many bytes; 0 without scales. */
  readonly scaleBytes: number;
}

const plain = { octets: 1, scaleColumns: 64, scaleBytes: 0 } as const;
const pairs = { octets: 2, scaleColumns: 64 } as const;
const superblocks = { octets: 2, scaleColumns: 256, scaleBytes: 20 } as const;

/** Formats that the kernels unpack, whether or not files of them are read yet. */
export type PackableFormat = TensorFormat | "q5_1" | "q5_k";

/** The layout of every format. */
export const packedFormats: Readonly<Record<PackableFormat, PackedFormat>> = {
  f32: { ...plain, unitBytes: 32 },
  f16: { ...plain, unitBytes: 16 },
  bf16: { ...plain, unitBytes: 16 },
  q8_0: { ...pairs, unitBytes: 16, scaleBytes: 4 },
  q4_0: { ...pairs, unitBytes: 8, scaleBytes: 4 },
  q4_1: { ...pairs, unitBytes: 8, scaleBytes: 8 },
  q5_0: { ...pairs, unitBytes: 8, scaleBytes: 12 },
  q5_1: { ...pairs, unitBytes: 8, scaleBytes: 16 },
  q4_k: { ...superblocks, unitBytes: 8 },
  q5_k: { ...superblocks, unitBytes: 8, scaleBytes: 52 },
  q6_k: { ...superblocks, unitBytes: 12 },
};

/** What one row takes. */
export interface PackedRow {
  readonly units: number;
  readonly wordBytes: number;
  readonly scaleBytes: number;
}

/** A row of `columns` numbers: padded to whole units. */
export function packedRow(format: TensorFormat, columns: number): PackedRow {
  const { octets, unitBytes, scaleColumns, scaleBytes } = packedFormats[format];
  const units = octets === 1 ? Math.ceil(columns / 8) : 4 * Math.ceil(columns / 64);
  return {
    units,
    wordBytes: units * unitBytes,
    scaleBytes: Math.ceil(columns / scaleColumns) * scaleBytes,
  };
}
