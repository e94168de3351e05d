import { ModelError } from "../model-error.ts";

/** Random access to the bytes of one file, on disk, in memory or in a browser's Blob. */
export interface ByteSource {
  /** For messages: the file's name or path. */
  readonly name: string;
  readonly byteLength: number;
  /**
   * Fills `target`, which may lie in shared memory, with the bytes from `offset` on, at most SLICE_BYTES at a time.
   * @throws ModelError "bad-file" when the file ends too early or cannot be read, "aborted".
   */
  readInto(target: Uint8Array, offset: number, signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Largest piece that is read at once: bounds the memory beside the target, and the wait of an abort. */
export const SLICE_BYTES: number = 8 * 1024 * 1024;

/** Reads one piece of at most SLICE_BYTES into `target`; resolves to the bytes that came, 0 at the end. */
export type ReadSlice = (target: Uint8Array, offset: number) => Promise<number>;

/** A ByteSource from a function that reads one piece. */
export function createByteSource(
  name: string,
  byteLength: number,
  readSlice: ReadSlice,
  close: () => Promise<void> = async () => {},
): ByteSource {
  return {
    name,
    byteLength,
    close,
    async readInto(target, offset, signal) {
      expectInside(name, byteLength, offset, target.byteLength);
      let done = 0;
      while (done < target.byteLength) {
        expectNotAborted(signal);
        const slice = target.subarray(done, Math.min(done + SLICE_BYTES, target.byteLength));
        const count = await readSlice(slice, offset + done).catch((cause: unknown) => {
          throw new ModelError("bad-file", `${name}: cannot be read at ${offset + done}`, {
            cause,
          });
        });
        if (count === 0) throw new ModelError("bad-file", `${name}: ends at ${offset + done}`);
        done += count;
      }
    },
  };
}

/** @throws ModelError "aborted" once the signal has fired. */
export function expectNotAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new ModelError("aborted", "reading the model was aborted", { cause: signal.reason });
  }
}

/** Bytes [offset, offset + byteLength) as a fresh array. */
export async function readBytes(
  source: ByteSource,
  offset: number,
  byteLength: number,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  expectInside(source.name, source.byteLength, offset, byteLength);
  const bytes = new Uint8Array(byteLength);
  await source.readInto(bytes, offset, signal);
  return bytes;
}

function expectInside(name: string, size: number, offset: number, byteLength: number): void {
  if (offset < 0 || byteLength < 0 || offset + byteLength > size) {
    const range = `[${offset}, ${offset + byteLength})`;
    throw new ModelError("bad-file", `${name}: bytes ${range} lie outside its ${size} bytes`);
  }
}
