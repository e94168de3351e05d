import { ModelError } from "../../model-error.ts";
import { gemma3 } from "./gemma3.ts";
import { gpt2 } from "./gpt2.ts";
import { llama } from "./llama.ts";
import { mistral } from "./mistral.ts";
import type { ModelFamily } from "./model-family.ts";
import { qwen2 } from "./qwen2.ts";
import { qwen3 } from "./qwen3.ts";

/** Every architecture that opens; a further one is a file and an entry here. */
const FAMILIES: readonly ModelFamily[] = [llama, mistral, qwen2, qwen3, gemma3, gpt2];

type GgufFamily = ModelFamily & Required<Pick<ModelFamily, "gguf">>;

/** @throws ModelError "unsupported-architecture" with the list of those that are supported. */
export function findHuggingFaceFamily(where: string, modelType: string): ModelFamily {
  const family = FAMILIES.find(({ huggingFace }) => huggingFace.modelType === modelType);
  if (family) return family;
  const known = FAMILIES.map(({ huggingFace }) => huggingFace.modelType);
  throw unsupported(`${where}: model_type`, modelType, known);
}

/** @throws ModelError "unsupported-architecture" with the list of those that are supported. */
export function findGgufFamily(where: string, architecture: string): GgufFamily {
  const families = FAMILIES.filter((family): family is GgufFamily => family.gguf !== undefined);
  const family = families.find(({ gguf }) => gguf.architecture === architecture);
  if (family) return family;
  const known = families.map(({ gguf }) => gguf.architecture);
  throw unsupported(`${where}: general.architecture`, architecture, known);
}

function unsupported(where: string, name: string, known: readonly string[]): ModelError {
  const message = `${where}: ${JSON.stringify(name)} is not supported; there is ${known.join(", ")}`;
  return new ModelError("unsupported-architecture", message);
}
