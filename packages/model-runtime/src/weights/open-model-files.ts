import { ModelError } from "../model-error.ts";
import type { LoadProgress } from "../open-options.ts";
import { expectNode } from "./expect-node.ts";
import { createMapFileSet, type FileSet } from "./file-set.ts";
import { openGgufFiles } from "./gguf-files.ts";
import { openHuggingFaceFiles } from "./huggingface-files.ts";
import type { ModelFiles } from "./model-files.ts";

/**
 * Where a model lies: the path of a Hugging Face folder or of a .gguf file (Node), or the files themselves by name
 * (anywhere). Bytes are not copied and must not change while the model is open.
 */
export type ModelSource =
  | string
  | {
      readonly files: ReadonlyMap<string, Uint8Array | Blob>;
      /** For messages. Default "files". */
      readonly name?: string;
    };

export interface OpenFilesOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: LoadProgress) => void;
}

/**
 * Opens and checks a model's files: every tensor that its architecture needs is there with the right shape, and no
 * weight is read yet. The files stay open until `close`.
 * @throws ModelError "missing-file", "bad-file", "bad-config", "unsupported-architecture", "unsupported-format",
 * "missing-tensor", "bad-tensor", "bad-tokenizer", "aborted", "bad-option" for a path where there is no file system.
 */
export async function openModelFiles(
  source: ModelSource,
  options: OpenFilesOptions = {},
): Promise<ModelFiles> {
  const files = await openFileSet(source);
  try {
    const gguf = findGgufFile(files);
    if (gguf === undefined) expectConfig(files);
    return await (gguf
      ? openGgufFiles(files, gguf, options)
      : openHuggingFaceFiles(files, options));
  } catch (error) {
    await files.close();
    throw error;
  }
}

/** The GGUF file to open: the only one where there is no config.json. */
function findGgufFile(files: FileSet): string | undefined {
  if (files.fileNames.has("config.json")) return undefined;
  const candidates = [...files.fileNames].filter((name) => name.toLowerCase().endsWith(".gguf"));
  if (candidates.length <= 1) return candidates[0];
  const message = `${files.name}: has ${candidates.length} .gguf files; name one: ${candidates.join(", ")}`;
  throw new ModelError("bad-option", message);
}

function expectConfig({ name, fileNames }: FileSet): void {
  if (fileNames.has("config.json")) return;
  const list = [...fileNames].slice(0, 20).join(", ") || "nothing";
  const message = `${name}: expected a .gguf file or config.json with its weights; there is ${list}`;
  throw new ModelError("missing-file", message);
}

async function openFileSet(source: ModelSource): Promise<FileSet> {
  if (typeof source !== "string") return createMapFileSet(source.name ?? "files", source.files);
  expectNode(`${source}: a path needs Node; pass the files themselves in a browser`);
  const { openPathFileSet } = await import("./file-set.node.ts");
  return openPathFileSet(source);
}
