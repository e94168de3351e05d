import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { type ModelFiles, openModelFiles } from "@sift-attention/model-runtime";
import { BenchError } from "../../bench-error.ts";
import { randomFiles } from "./random-files.ts";
import { parseRandomGeometry } from "./random-geometry.ts";

/** A model of the benchmark. */
export interface DecodeModel {
  /** What the tables call it. */
  readonly name: string;
  readonly isRandom: boolean;
  /** Opens it so that no token ends a text: speed does not depend on them. */
  open(): Promise<ModelFiles>;
}

const randomPrefix = "random:";

/**
 * A folder or .gguf file, or `random:` and a geometry.
 * @throws BenchError for a path that is not there or a geometry that is none.
 */
export function decodeModel(spec: string): DecodeModel {
  if (spec.startsWith(randomPrefix)) {
    const geometry = parseRandomGeometry(spec.slice(randomPrefix.length));
    return { name: spec, isRandom: true, open: async () => randomFiles(spec, geometry) };
  }
  if (!existsSync(spec)) {
    throw new BenchError(
      `--models: expected folders or .gguf files that exist, or random:llama-3.1-8b:layers=4; got ${spec}`,
    );
  }
  const name = basename(resolve(spec)).replace(/\.gguf$/, "");
  return { name, isRandom: false, open: async () => endless(await openModelFiles(spec)) };
}

function endless(files: ModelFiles): ModelFiles {
  return {
    ...files,
    config: { ...files.config, stopTokens: [] },
    generationDefaults: { stopTokens: [] },
    close: () => files.close(),
  };
}
