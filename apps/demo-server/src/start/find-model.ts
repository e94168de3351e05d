import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { isHubId } from "@sift-attention/model-runtime";
import { modelPath } from "@sift-attention/tales-28m";
import { SettingsError } from "./settings.ts";

/** Where a model's name leads. */
export type ModelLocation =
  | { readonly kind: "disk"; readonly id: string; readonly path: string }
  | { readonly kind: "hub"; readonly id: string };

/** Two parts of which the last is a file: somebody's folder, and the file is not in it. */
const missingFile = /^[^/]+\/[^/]+\.gguf$/i;

/**
 * A name is the embedded model's, a path that exists, or an id on the Hub, in this order.
 * @throws SettingsError for a name that is none of them.
 */
export function findModel(name: string): ModelLocation {
  if (name === "tales-28m") return { kind: "disk", id: name, path: modelPath() };
  if (existsSync(name)) return { kind: "disk", id: nameOf(name), path: resolve(name) };
  if (isHubId(name) && !missingFile.test(name)) return { kind: "hub", id: name };
  throw new SettingsError(
    `--model ${name}: expected "tales-28m", a folder or .gguf file that exists, or a Hugging Face id such as owner/name.`,
  );
}

function nameOf(path: string): string {
  return basename(resolve(path)).replace(/\.gguf$/i, "") || "model";
}
