import { type OpfsFolder, readOpfsFile } from "./opfs.ts";
import { type OpfsWriter, openOpfsWriter } from "./opfs-writer.ts";
import { type PartialFile, parseNote } from "./partial-file.ts";

/**
 * A file is a folder of segments 0, 1, … of this many bytes and a last, shorter one. Outside workers a browser writes to
 * a copy of the whole file, and drops that when the page is closed: so it is a segment at most that is copied or lost.
 */
export const SEGMENT_BYTES: number = 64 * 1024 * 1024;

/** Says what the segments are bytes of. */
const NOTE = "note.json";
/** Says how many bytes make the file complete. */
const COMPLETE = "complete";

/** The file's segments, which follow each other without a gap. */
export async function readSegments(folder: OpfsFolder): Promise<Blob[]> {
  const segments: Blob[] = [];
  for (;;) {
    const segment = await readOpfsFile(folder, String(segments.length));
    if (!segment) return segments;
    segments.push(segment);
  }
}

/** Bytes that make the file complete, undefined while it is not. */
export async function readComplete(folder: OpfsFolder): Promise<number | undefined> {
  const text = (await (await readOpfsFile(folder, COMPLETE))?.text()) ?? "";
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** The segment at work. */
interface OpenSegment {
  readonly writer: OpfsWriter;
  /** Positions in the file. */
  readonly start: number;
  end: number;
}

/** Opens the folder of a file to go on with it. One at a time may do so. */
export function openOpfsPartial(folder: OpfsFolder, segmentBytes: number): PartialFile {
  let current: OpenSegment | undefined;

  async function closeCurrent(): Promise<void> {
    const closing = current;
    current = undefined;
    await closing?.writer.close();
  }
  async function readBlob(): Promise<Blob> {
    await closeCurrent();
    return new Blob(await readSegments(folder));
  }
  /** The last segment while there is room in it, else a new one. */
  async function openLast(): Promise<OpenSegment> {
    await closeCurrent();
    const segments = await readSegments(folder);
    const last = segments.at(-1);
    const isOpen = last !== undefined && last.size < segmentBytes;
    const name = String(segments.length - (isOpen ? 1 : 0));
    const end = segments.reduce((sum, { size }) => sum + size, 0);
    const file = await folder.getFileHandle(name, { create: true });
    return { writer: await openOpfsWriter(file), start: end - (isOpen ? last.size : 0), end };
  }
  async function append(bytes: Uint8Array, position: number): Promise<number> {
    const isFull = current !== undefined && current.end - current.start >= segmentBytes;
    current = current && !isFull ? current : await openLast();
    if (position !== current.end) throw new Error(`expected a write at ${current.end}`);
    const offset = position - current.start;
    const piece = bytes.subarray(0, segmentBytes - offset);
    await current.writer.write(piece, offset);
    current.end += piece.byteLength;
    return piece.byteLength;
  }
  async function writeSmall(name: string, text: string): Promise<void> {
    const writer = await openOpfsWriter(await folder.getFileHandle(name, { create: true }));
    const bytes = new TextEncoder().encode(text);
    await writer.truncate(0);
    await writer.write(bytes, 0);
    await writer.close();
  }

  return {
    byteLength: async () => (await readBlob()).size,
    readNote: async () => parseNote((await (await readOpfsFile(folder, NOTE))?.text()) ?? ""),
    writeNote: (note) => writeSmall(NOTE, JSON.stringify(note)),
    async read(target, position) {
      const slice = (await readBlob()).slice(position, position + target.byteLength);
      target.set(new Uint8Array(await slice.arrayBuffer()));
      return slice.size;
    },
    async write(bytes, position) {
      for (let done = 0; done < bytes.byteLength; ) {
        done += await append(bytes.subarray(done), position + done);
      }
    },
    async clear() {
      await closeCurrent();
      const names = [];
      for await (const name of folder.keys()) names.push(name);
      // First what says that the rest is worth something.
      names.sort((a, b) => Number(b === COMPLETE) - Number(a === COMPLETE));
      for (const name of names) await folder.removeEntry(name);
    },
    finish: async () => writeSmall(COMPLETE, String((await readBlob()).size)),
    close: closeCurrent,
  };
}
