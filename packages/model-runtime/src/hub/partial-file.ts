/** A download on its way: bytes so far, and what they are bytes of. */
export interface PartialFile {
  byteLength(): Promise<number>;
  /** What the bytes belong to, as noted last. */
  readNote(): Promise<PartialNote | undefined>;
  writeNote(note: PartialNote): Promise<void>;
  /** Fills `target` from a position on; resolves to the bytes that were there, 0 at the end. */
  read(target: Uint8Array, position: number): Promise<number>;
  /** Writes at the end, which is this position. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Drops what has come so far. */
  clear(): Promise<void>;
  /** Makes the complete file visible, in one step. */
  finish(): Promise<void>;
  /** Closes; what has come stays for the next attempt when it can be found again. */
  close(): Promise<void>;
}

/** Identity of the bytes in a partial file. */
export interface PartialNote {
  readonly etag: string;
  /** The strong ETag of the answer that they came with, for If-Range. */
  readonly responseEtag: string | undefined;
}

/** Undefined for a text that is no note. */
export function parseNote(text: string): PartialNote | undefined {
  try {
    const note: unknown = JSON.parse(text);
    if (typeof note !== "object" || note === null || !("etag" in note)) return undefined;
    if (typeof note.etag !== "string") return undefined;
    const response = "responseEtag" in note ? note.responseEtag : undefined;
    return { etag: note.etag, responseEtag: typeof response === "string" ? response : undefined };
  } catch {
    return undefined;
  }
}
