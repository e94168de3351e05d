import { ModelError } from "../model-error.ts";
import { createBlobSource } from "./blob-source.ts";
import type { ByteSource } from "./byte-source.ts";
import { createMemorySource } from "./memory-source.ts";

/** The files of one model by name, wherever they lie. */
export interface FileSet {
  /** For messages: the folder or what the user called it. */
  readonly name: string;
  readonly fileNames: ReadonlySet<string>;
  /** Opens a file; the set closes it. @throws ModelError "missing-file", "bad-file". */
  open(fileName: string): Promise<ByteSource>;
  /** Closes every opened file. */
  close(): Promise<void>;
}

/** A file set over a function that opens one file. */
export function createFileSet(
  name: string,
  fileNames: Iterable<string>,
  openFile: (fileName: string) => Promise<ByteSource>,
): FileSet {
  const names = new Set(fileNames);
  const opened: ByteSource[] = [];
  return {
    name,
    fileNames: names,
    async open(fileName) {
      if (!names.has(fileName)) {
        const list = [...names].slice(0, 20).join(", ");
        throw new ModelError(
          "missing-file",
          `${name}: no ${fileName}; there is ${list || "nothing"}`,
        );
      }
      const source = await openFile(fileName);
      opened.push(source);
      return source;
    },
    async close() {
      await Promise.all(opened.splice(0).map((source) => source.close()));
    },
  };
}

/** Files given as bytes or Blobs. */
export function createMapFileSet(
  name: string,
  files: ReadonlyMap<string, Uint8Array | Blob>,
): FileSet {
  return createFileSet(name, files.keys(), async (fileName) => {
    const file = files.get(fileName)!;
    return file instanceof Uint8Array
      ? createMemorySource(fileName, file)
      : createBlobSource(fileName, file);
  });
}
