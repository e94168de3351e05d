import type { ByteSource } from "./byte-source.ts";

/** Rows `first` to `first + rows` of a matrix [of, columns] whose transpose [columns, of] is stored. */
export interface TransposedBlock {
  readonly rows: number;
  readonly columns: number;
  readonly first: number;
  readonly of: number;
  readonly numberBytes: 2 | 4;
}

/** Stored bytes held at a time. */
const PIECE_BYTES = 1 << 20;

/** Reads a block [rows, columns] into `target` by pieces of the stored matrix, which starts at `offset`. */
export async function readTransposed(
  source: ByteSource,
  offset: number,
  block: TransposedBlock,
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
  { rows, columns, first, of, numberBytes }: TransposedBlock,
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
