import { ModelError } from "../model-error.ts";
import { type ByteSource, createByteSource } from "./byte-source.ts";

/** Opens a file on disk. @throws ModelError "missing-file", "bad-file" when it is no readable file. */
export async function openFileSource(path: string): Promise<ByteSource> {
  const { open } = process.getBuiltinModule("node:fs/promises");
  const handle = await open(path, "r").catch((cause: unknown) => {
    throw fileError(path, cause);
  });
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new ModelError("bad-file", `${path}: expected a file`);
    return createByteSource(
      path,
      stat.size,
      async (target, offset) => (await handle.read(target, 0, target.byteLength, offset)).bytesRead,
      () => handle.close(),
    );
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function fileError(path: string, cause: unknown): ModelError {
  const missing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
  return missing
    ? new ModelError("missing-file", `${path}: no such file`, { cause })
    : new ModelError("bad-file", `${path}: cannot be opened`, { cause });
}
