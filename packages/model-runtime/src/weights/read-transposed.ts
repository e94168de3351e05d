import type { StoredTensor } from "./stored-tensor.ts";

/** Rows from `first` on of a matrix [of, columns] whose transpose [columns, of] is stored. */
export interface TransposedRows {
  readonly first: number;
  readonly of: number;
  readonly columns: number;
  readonly numberBytes: 2 | 4;
}

/** Stored bytes held at a time. */
const PIECE_BYTES = 1 << 20;

/** Fills `target` with the bytes from `byteOffset` on of the rows, reading the stored matrix by pieces. */
export async function readTransposed(
  stored: Pick<StoredTensor, "source" | "offset">,
  { first, of, columns, numberBytes }: TransposedRows,
  target: Uint8Array,
  byteOffset: number,
  signal?: AbortSignal,
): Promise<void> {
  const rowBytes = columns * numberBytes;
  const from = Math.floor(byteOffset / rowBytes);
  const rows = Math.ceil((byteOffset + target.byteLength) / rowBytes) - from;
  const block = { rows, first: first + from, of, columns, numberBytes };
  if (rows * rowBytes === target.byteLength) return readBlock(stored, block, target, signal);
  const whole = new Uint8Array(rows * rowBytes);
  await readBlock(stored, block, whole, signal);
  const start = byteOffset - from * rowBytes;
  target.set(whole.subarray(start, start + target.byteLength));
}

/** A number of rows. */
interface Block extends TransposedRows {
  readonly rows: number;
}

async function readBlock(
  { source, offset }: Pick<StoredTensor, "source" | "offset">,
  block: Block,
  target: Uint8Array,
  signal?: AbortSignal,
): Promise<void> {
  const { columns, numberBytes } = block;
  const strideBytes = block.of * numberBytes;
  const pieceColumns = Math.max(1, Math.min(columns, Math.floor(PIECE_BYTES / strideBytes)));
  const piece = new Uint8Array(pieceColumns * strideBytes);
  for (let from = 0; from < columns; from += pieceColumns) {
    const count = Math.min(pieceColumns, columns - from);
    const bytes = piece.subarray(0, count * strideBytes);
    await source.readInto(bytes, offset + from * strideBytes, signal);
    turn(bytes, block, from, count, target);
  }
}

/** Stored rows of `bytes` become columns `from` to `from + count` of the target. */
function turn(
  bytes: Uint8Array,
  { rows, columns, first, of, numberBytes }: Block,
  from: number,
  count: number,
  target: Uint8Array,
): void {
  for (let row = 0; row < rows; row++) {
    let to = (row * columns + from) * numberBytes;
    let at = (first + row) * numberBytes;
    for (let column = 0; column < count; column++, at += of * numberBytes) {
      for (let byte = 0; byte < numberBytes; byte++) target[to++] = bytes[at + byte]!;
    }
  }
}
