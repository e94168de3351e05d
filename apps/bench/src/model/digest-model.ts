import { createHash } from "node:crypto";
import { createReadStream, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { BenchError } from "../bench-error.ts";

const MODEL_FILE = /\.(?:gguf|json|safetensors)$/;

/**
 * SHA-256 of a model file, or of the names and contents of a folder's model files, lower-case hex.
 * @throws BenchError when there is nothing at the path.
 */
export async function digestModel(path: string): Promise<string> {
  const hash = createHash("sha256");
  for (const file of modelFiles(path)) {
    hash.update(file);
    for await (const part of createReadStream(join(path, file))) hash.update(part as Buffer);
  }
  return hash.digest("hex");
}

/** Paths below `path`; an empty one for the file itself. */
function modelFiles(path: string): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) {
    throw new BenchError(`--model: expected a folder or a .gguf file, there is nothing at ${path}`);
  }
  if (!stats.isDirectory()) return [""];
  return readdirSync(path)
    .filter((name) => MODEL_FILE.test(name))
    .sort();
}
