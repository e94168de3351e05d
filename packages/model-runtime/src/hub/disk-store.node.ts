import { ModelError } from "../model-error.ts";
import { openDiskPartial } from "./disk-partial.node.ts";
import type { ModelStore } from "./model-store.ts";

/** Downloads in a folder on disk. Processes share it: each file has one writer, or several with a copy each. */
export function createDiskStore(root: string): ModelStore {
  const { dirname, join } = process.getBuiltinModule("node:path");
  const { mkdir, readdir, readFile, rm, stat } = process.getBuiltinModule("node:fs/promises");
  const { createHash } = process.getBuiltinModule("node:crypto");
  const pathOf = (path: string): string => join(root, ...path.split("/"));
  return {
    replacesRevisions: false,
    async find(path) {
      const sizeOf = async (file: string) => (await stat(file).catch(() => undefined))?.size;
      const whole = await sizeOf(pathOf(path));
      if (whole !== undefined) return { byteLength: whole, isComplete: true };
      const part = await sizeOf(`${pathOf(path)}.part`);
      return part === undefined ? undefined : { byteLength: part, isComplete: false };
    },
    readText: (path) => readFile(pathOf(path), "utf8").catch(() => undefined),
    list: (folder) => readdir(pathOf(folder)).catch(() => []),
    async remove(path) {
      const full = pathOf(path);
      const parts = [full, `${full}.part`, `${full}.part.json`, `${full}.lock`];
      for (const part of parts) await rm(part, { recursive: true, force: true });
    },
    async openPartial(path) {
      await mkdir(dirname(pathOf(path)), { recursive: true });
      return openDiskPartial(pathOf(path));
    },
    source: async (folder, { revision, gguf }) =>
      pathOf(gguf === undefined ? `${folder}/${revision}` : `${folder}/${revision}/${gguf}`),
    createDigest() {
      const hash = createHash("sha256");
      return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest("hex") };
    },
    expectRoom: async () => {},
    exclusively: (_name, _signal, work) => work(),
    async fail(error) {
      const full = error instanceof Error && "code" in error && error.code === "ENOSPC";
      const what = full ? "the disk is full; what came is kept" : `${root} cannot be written`;
      throw new ModelError("download", `download: ${what}`, { cause: error });
    },
  };
}
