import { ModelError } from "../model-error.ts";
import { TENSOR_BLOCKS, type TensorFormat } from "../weights/tensor-format.ts";
import { packedRow } from "./packed-format.ts";

/** How the rows of several tensors make one matrix. */
export type RowOrder =
  /** Tensor after tensor. */
  | "stacked"
  /** Of two tensors: row 2j is row j of the first, row 2j + 1 row j of the second. */
  | "interleaved";

/** Consecutive rows of one format that one binding holds. */
export interface MatrixPartLayout {
  readonly format: TensorFormat;
  /** Row of the matrix that is the part's row 0. */
  readonly firstRow: number;
  readonly rows: number;
  /** Bytes of the part's units, and of its scales. */
  readonly wordBytes: number;
  readonly scaleBytes: number;
}

/** How a matrix lies on the device, known before anything is allocated. */
export interface MatrixLayout {
  readonly rows: number;
  readonly columns: number;
  readonly order: RowOrder;
  /** From row 0 on; several where one binding is too small for all rows, or formats differ. */
  readonly parts: readonly MatrixPartLayout[];
  /** Of all parts. */
  readonly byteLength: number;
}

/** What a layout needs to know of a tensor. */
export interface TensorShape {
  readonly name: string;
  readonly format: TensorFormat;
  /** [rows, columns], or [columns] for a single row. */
  readonly shape: readonly number[];
}

interface Run {
  readonly format: TensorFormat;
  readonly rows: number;
}

const rowStep = 128; // parts begin where tiles of every kernel do

/** Rows and columns of a tensor. */
export function matrixShape({ name, format, shape }: TensorShape): readonly [number, number] {
  const [rows, columns] = shape.length === 1 ? [1, shape[0]!] : shape;
  const isMatrix = shape.length >= 1 && shape.length <= 2 && rows! >= 1 && columns! >= 1;
  const { numbers } = TENSOR_BLOCKS[format];
  if (isMatrix && columns! % numbers === 0) return [rows!, columns!];
  throw new ModelError(
    "bad-tensor",
    `${name}: expected [rows, columns] with columns of a multiple of ${numbers} for ${format}, got [${shape.join(", ")}]`,
  );
}

function expectPair(tensors: readonly TensorShape[]): void {
  const [first, second] = tensors;
  const agree =
    tensors.length === 2 &&
    first!.format === second!.format &&
    first!.shape.join() === second!.shape.join();
  if (agree) return;
  const got = tensors.map(({ name, format, shape }) => `${name} ${format} [${shape.join(", ")}]`);
  throw new ModelError(
    "bad-tensor",
    `interleaved rows: expected two tensors of one format and shape, got ${got.join(", ")}; keep them apart`,
  );
}

/** Neighbours of one format, as one. */
function runsOf(tensors: readonly TensorShape[]): readonly Run[] {
  const runs: Run[] = [];
  for (const tensor of tensors) {
    const { format } = tensor;
    const [rows] = matrixShape(tensor);
    const last = runs.at(-1);
    if (last?.format === format) runs[runs.length - 1] = { format, rows: last.rows + rows };
    else runs.push({ format, rows });
  }
  return runs;
}

/** Rows of a part at most: as many as a binding holds, in whole tiles where that is possible. */
function partRows(rowBytes: number, limits: Readonly<Record<string, number>>): number {
  const limit = Math.min(limits.maxStorageBufferBindingSize!, limits.maxBufferSize!);
  const rows = Math.floor(limit / rowBytes);
  return rows >= rowStep ? rows - (rows % rowStep) : rows - (rows % 2);
}

function partsOf(
  run: Run,
  firstRow: number,
  columns: number,
  limits: Readonly<Record<string, number>>,
): readonly MatrixPartLayout[] {
  const row = packedRow(run.format, columns);
  const most = partRows(row.wordBytes, limits);
  if (most < 1) {
    throw new ModelError(
      "out-of-memory",
      `a row of ${columns} numbers in ${run.format}: expected at most ${limits.maxStorageBufferBindingSize} bytes (maxStorageBufferBindingSize), got ${row.wordBytes}`,
    );
  }
  return Array.from({ length: Math.ceil(run.rows / most) }, (_, i) => {
    const rows = Math.min(most, run.rows - i * most);
    return {
      format: run.format,
      firstRow: firstRow + i * most,
      rows,
      wordBytes: rows * row.wordBytes,
      scaleBytes: rows * row.scaleBytes,
    };
  });
}

/**
 * Lays the tensors' rows out as one matrix, in parts that the device can bind.
 * @param limits Of the device: `gpu.report.limits`.
 * @throws ModelError "bad-tensor" for tensors of different columns, or an interleaved pair that differs; "out-of-memory"
 * when a binding does not hold a single row.
 */
export function planMatrix(
  limits: Readonly<Record<string, number>>,
  tensors: readonly TensorShape[],
  order: RowOrder = "stacked",
): MatrixLayout {
  if (order === "interleaved") expectPair(tensors);
  const columns = tensors.length > 0 ? matrixShape(tensors[0]!)[1] : 0;
  for (const tensor of tensors) {
    if (matrixShape(tensor)[1] === columns) continue;
    throw new ModelError(
      "bad-tensor",
      `${tensor.name}: expected ${columns} columns as in ${tensors[0]!.name}, got ${matrixShape(tensor)[1]}`,
    );
  }
  const parts: MatrixPartLayout[] = [];
  let rows = 0;
  for (const run of runsOf(tensors)) {
    parts.push(...partsOf(run, rows, columns, limits));
    rows += run.rows;
  }
  const byteLength = parts.reduce((sum, part) => sum + part.wordBytes + part.scaleBytes, 0);
  return { rows, columns, order, parts, byteLength };
}
