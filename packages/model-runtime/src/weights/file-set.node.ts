import { ModelError } from "../model-error.ts";
import { createFileSet, type FileSet } from "./file-set.ts";
import { openFileSource } from "./file-source.node.ts";

/**
 * The files of a folder, or one file as a set of its own.
 * @throws ModelError "missing-file" when nothing is there, "bad-file" when it cannot be listed.
 */
export async function openPathFileSet(path: string): Promise<FileSet> {
  const { readdir, stat } = process.getBuiltinModule("node:fs/promises");
  const { basename, join } = process.getBuiltinModule("node:path");
  try {
    if ((await stat(path)).isFile()) {
      return createFileSet(path, [basename(path)], () => openFileSource(path));
    }
    const names = await readdir(path);
    return createFileSet(path, names, (fileName) => openFileSource(join(path, fileName)));
  } catch (cause) {
    throw new ModelError("missing-file", `${path}: expected a model folder or a .gguf file`, {
      cause,
    });
  }
}
