import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** SHA-256 of the built code of the model runtime: results of another build are not mixed in. */
export function digestRuntime(): string {
  const manifest = createRequire(import.meta.url).resolve(
    "@sift-attention/model-runtime/package.json",
  );
  return digestCode(join(dirname(manifest), "dist"));
}

/** SHA-256 of one file: of a bundle that has the runtime in it. */
export function digestFile(url: string): string {
  return createHash("sha256")
    .update(readFileSync(new URL(url)))
    .digest("hex");
}

/** SHA-256 of the JavaScript and WebAssembly files of a folder. */
export function digestCode(folder: string): string {
  const hash = createHash("sha256");
  const names = existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: "utf8" })
    : [];
  for (const name of names.filter((path) => /\.(?:js|wasm)$/.test(path)).sort()) {
    hash.update(readFileSync(join(folder, name)));
  }
  return hash.digest("hex");
}
