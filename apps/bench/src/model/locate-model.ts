import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { downloadModel, isHubId } from "@sift-attention/model-runtime";
import { modelFacts, modelPath } from "@sift-attention/tales-28m";
import { BenchError } from "../bench-error.ts";

/** A model on disk and what the tables call it. */
export interface LocatedModel {
  readonly name: string;
  readonly path: string;
}

/**
 * The embedded model by its name, a path that exists, or an id of the Hub, which is downloaded: in this order, as the
 * server does.
 * @throws BenchError for a name that is none of them; ModelError when a download fails.
 */
export async function locateModel(name: string, signal: AbortSignal): Promise<LocatedModel> {
  if (name === modelFacts.name) return { name, path: modelPath() };
  if (existsSync(name)) return { name: basename(resolve(name)).replace(/\.gguf$/, ""), path: name };
  const isFile = /^[^/]+\/[^/]+\.gguf$/i.test(name);
  if (isHubId(name) && !isFile) return { name, path: await downloadModel(name, { signal }) };
  throw new BenchError(
    `--model: expected tales-28m, a folder or .gguf file that exists, or a Hub id such as owner/name; got ${name}`,
  );
}
