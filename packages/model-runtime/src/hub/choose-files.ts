import { ModelError } from "../model-error.ts";
import { isSafePath } from "./hub-id.ts";

/** Files to fetch at first, and what a model is opened by. */
export interface FileChoice {
  readonly files: readonly string[];
  /** The .gguf to open, undefined for a folder. */
  readonly gguf: string | undefined;
  /** The index to read for the names of further files. */
  readonly shardIndex: string | undefined;
}

const REQUIRED = ["config.json", "tokenizer.json"];
const OPTIONAL = ["generation_config.json", "tokenizer_config.json", "chat_template.jinja"];
export const WEIGHTS: string = "model.safetensors";
export const SHARD_INDEX: string = "model.safetensors.index.json";
/** All names that a folder's files may have, shards aside. */
export const MODEL_FILES: readonly string[] = [...REQUIRED, ...OPTIONAL, WEIGHTS, SHARD_INDEX];

/**
 * The files of a repository or a folder that a model needs: one .gguf, or a folder's configuration, tokenizer and safetensors.
 * @throws ModelError "missing-file", "bad-option" when several .gguf files could be meant, "download" for a path that
 * leads out of the repository.
 */
export function chooseFiles(
  repository: string,
  listed: readonly string[],
  wanted: string | undefined,
): FileChoice {
  const gguf = wanted ?? findOnlyGguf(repository, listed);
  if (gguf !== undefined) {
    expectListed(repository, listed, gguf);
    return { files: [gguf], gguf, shardIndex: undefined };
  }
  for (const file of REQUIRED) expectListed(repository, listed, file);
  const weights = listed.includes(SHARD_INDEX) && !listed.includes(WEIGHTS) ? SHARD_INDEX : WEIGHTS;
  expectListed(repository, listed, weights);
  const optional = OPTIONAL.filter((file) => listed.includes(file));
  return {
    files: [...REQUIRED, ...optional, weights],
    gguf,
    shardIndex: weights === SHARD_INDEX ? weights : undefined,
  };
}

/** The files that an index of shards names, each once. @throws ModelError "bad-file", "missing-file", "download". */
export function chooseShards(
  repository: string,
  listed: readonly string[],
  index: Readonly<Record<string, unknown>>,
): readonly string[] {
  const shards = readShardNames(`${repository}: ${SHARD_INDEX}`, index);
  for (const shard of shards) expectListed(repository, listed, shard);
  return shards;
}

/** @throws ModelError "bad-file". */
export function readShardNames(
  where: string,
  index: Readonly<Record<string, unknown>>,
): readonly string[] {
  const { weight_map: map } = index;
  const names: unknown[] = typeof map === "object" && map !== null ? Object.values(map) : [];
  if (names.length === 0 || !names.every((name) => typeof name === "string")) {
    throw new ModelError("bad-file", `${where}: weight_map: expected file names`);
  }
  return [...new Set(names)];
}

function findOnlyGguf(repository: string, listed: readonly string[]): string | undefined {
  if (listed.includes("config.json") && listed.some((file) => file.endsWith(".safetensors"))) {
    return undefined;
  }
  const candidates = listed.filter((file) => file.toLowerCase().endsWith(".gguf"));
  if (candidates.length <= 1) return candidates[0];
  const message = `${repository}: has several .gguf files; name one: ${candidates.join(", ")}`;
  throw new ModelError("bad-option", message);
}

function expectListed(repository: string, listed: readonly string[], file: string): void {
  if (!isSafePath(file)) {
    const message = `${repository}: the path ${JSON.stringify(file)} leads out of the repository`;
    throw new ModelError("download", message);
  }
  if (!listed.includes(file)) throw new ModelError("missing-file", `${repository}: has no ${file}`);
}
