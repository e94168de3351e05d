import { ModelError } from "../model-error.ts";
import type { ModelSource } from "../weights/open-model-files.ts";
import { PassingFailure } from "./hub-request.ts";
import type { PartialFile } from "./partial-file.ts";
import type { Receipt } from "./receipt.ts";
import type { Digest } from "./sha256.ts";

/**
 * Where downloads are kept: a folder on disk, or the private file system of a browser's origin. Paths lie below it and
 * have "/" between their parts. What goes wrong is thrown as it comes; `fail` says it in words.
 */
export interface ModelStore {
  /** Whether a newer revision of a model takes the place of the older one. */
  readonly replacesRevisions: boolean;
  /** Undefined when nothing of the file is there. */
  find(path: string): Promise<StoredFile | undefined>;
  /** Undefined when the file is not there. */
  readText(path: string): Promise<string | undefined>;
  /** Names in a folder; none when it is not there. */
  list(folder: string): Promise<readonly string[]>;
  /** Removes a file, complete or not, or a folder with all that is in it. */
  remove(path: string): Promise<void>;
  /** Goes on with a file where an earlier download stopped. */
  openPartial(path: string): Promise<PartialFile>;
  /** A complete model of a folder as `openModelFiles` takes it: a path on disk, or the files themselves. */
  source(folder: string, receipt: Receipt): Promise<ModelSource>;
  createDigest(): Digest;
  /** @throws ModelError "quota" when so many bytes more are known not to fit. */
  expectRoom(what: string, byteLength: number): Promise<void>;
  /** Runs alone among all that name the same thing. @throws ModelError "aborted" while it waits. */
  exclusively<T>(name: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T>;
  /** @throws ModelError "quota", "download" for what the storage threw. */
  fail(error: unknown): Promise<never>;
}

/** What a store has of a file. */
export interface StoredFile {
  readonly byteLength: number;
  readonly isComplete: boolean;
}

/** Has the store explain what its work throws, so that it looks like nothing else, such as a dropped connection. */
export function stored<T>(store: ModelStore, work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    if (error instanceof PassingFailure || error instanceof ModelError) throw error;
    return store.fail(error);
  });
}

/** Writes a small file as a whole. */
export async function writeText(store: ModelStore, path: string, text: string): Promise<void> {
  const partial = await store.openPartial(path);
  try {
    await partial.clear();
    await partial.write(new TextEncoder().encode(text), 0);
    await partial.finish();
  } finally {
    await partial.close();
  }
}
