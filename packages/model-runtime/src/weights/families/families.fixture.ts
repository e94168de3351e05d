import { createConfigFields, createJsonFields } from "../config-fields.ts";
import type { FamilyConfig, GgufTensorFacts, ModelFamily } from "./model-family.ts";

/** Configuration of a family from fields of config.json. */
export function readJson(family: ModelFamily, json: Record<string, unknown>): FamilyConfig {
  return family.huggingFace.readConfig(createJsonFields("config.json", json));
}

/** Configuration of a family from GGUF metadata, with an embedding of 20 rows and no output.weight. */
export function readMetadata(
  { gguf, name }: ModelFamily,
  metadata: Record<string, unknown>,
): FamilyConfig {
  if (!gguf) throw new Error(`${name} has no GGUF files`);
  const fields = createConfigFields("x.gguf", (key) => metadata[key]);
  const facts: GgufTensorFacts = {
    shapeOf: (tensor) => (tensor === "token_embd.weight" ? [20, 8] : undefined),
    frequencyFactors: undefined,
  };
  return gguf.readConfig(fields, facts);
}

/** The fields that Llama's descendants share. */
export const gatedJson: Readonly<Record<string, unknown>> = {
  vocab_size: 20,
  hidden_size: 8,
  intermediate_size: 12,
  num_hidden_layers: 4,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  max_position_embeddings: 64,
};

/** The metadata that Llama's descendants share. */
export function gatedMetadata(architecture: string): Record<string, unknown> {
  const shared = {
    context_length: 64,
    embedding_length: 8,
    block_count: 4,
    feed_forward_length: 12,
    "attention.head_count": 2,
    "attention.head_count_kv": 1,
    "attention.layer_norm_rms_epsilon": 1e-6,
  };
  return Object.fromEntries(
    Object.entries(shared).map(([key, value]) => [`${architecture}.${key}`, value]),
  );
}
