import { modelUrl } from "./model-url.ts";

/**
 * The absolute path of the GGUF file on disk.
 * @throws Error where there is no file system, as in a browser: fetch `modelUrl` there.
 */
export function modelPath(): string {
  const builtin = globalThis.process?.getBuiltinModule?.("node:url");
  if (builtin === undefined || modelUrl.protocol !== "file:") {
    throw new Error(
      `modelPath: expected a file: URL in Node, got ${modelUrl}; fetch modelUrl instead`,
    );
  }
  return builtin.fileURLToPath(modelUrl);
}
