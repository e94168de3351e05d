import { ModelError } from "../model-error.ts";
import type { FileSet } from "./file-set.ts";
import { isJsonObject, readJsonFile } from "./json-file.ts";
import { readSafetensors } from "./safetensors.ts";
import type { StoredTensor } from "./stored-tensor.ts";

const SINGLE = "model.safetensors";
const INDEX = "model.safetensors.index.json";

/**
 * The tensors of a Hugging Face folder by name, from one file or from the shards that an index names.
 * @throws ModelError "missing-file", "bad-file", "bad-tensor", "missing-tensor" when a shard lacks a listed one.
 */
export async function readFolderTensors(
  files: FileSet,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, StoredTensor>> {
  if (files.fileNames.has(SINGLE) || !files.fileNames.has(INDEX)) {
    return byName(await readSafetensors(await files.open(SINGLE), signal));
  }
  const shardOf = readShardMap(await readJsonFile(files, INDEX, signal));
  const tensors = new Map<string, StoredTensor>();
  for (const shard of new Set(shardOf.values())) {
    const stored = await readSafetensors(await files.open(shard), signal);
    for (const tensor of stored)
      if (shardOf.get(tensor.name) === shard) tensors.set(tensor.name, tensor);
  }
  for (const [name, shard] of shardOf) {
    if (!tensors.has(name)) throw new ModelError("missing-tensor", `${shard}: no tensor ${name}`);
  }
  return tensors;
}

function readShardMap(index: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  const { weight_map: map } = index;
  if (!isJsonObject(map))
    throw new ModelError("bad-file", `${INDEX}: weight_map: expected an object`);
  return new Map(
    Object.entries(map).map(([name, shard]) => {
      if (typeof shard === "string" && /^[^/\\]+\.safetensors$/.test(shard)) return [name, shard];
      const message = `${INDEX}: weight_map: expected the name of a .safetensors file, got ${JSON.stringify(shard)}`;
      throw new ModelError("bad-file", message);
    }),
  );
}

function byName(tensors: readonly StoredTensor[]): ReadonlyMap<string, StoredTensor> {
  return new Map(tensors.map((tensor) => [tensor.name, tensor]));
}
