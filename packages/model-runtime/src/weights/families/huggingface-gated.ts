import type { ConfigFields } from "../config-fields.ts";
import { readHuggingFaceRotary } from "../rotary-config.ts";
import type { FamilyConfig } from "./model-family.ts";
import { readGeometry } from "./read-geometry.ts";
import { LARGEST_CONTEXT, LARGEST_VOCABULARY, LARGEST_WIDTH, MOST_LAYERS } from "./size-limits.ts";

/** Names in config.json of Llama and its descendants. */
const GEOMETRY = {
  heads: "num_attention_heads",
  kvHeads: "num_key_value_heads",
  headDim: "head_dim",
};

/** What a family takes for a field that config.json leaves out. */
export interface GatedDefaults {
  readonly tiedEmbeddings?: boolean;
  /** Default: the query heads' share of hiddenSize. */
  readonly headDim?: number;
  /** Base of the rotary frequencies. */
  readonly theta?: number;
}

/**
 * The fields of config.json that Llama and its descendants share; those families read the rest.
 * @throws ModelError "bad-config".
 */
export function readHuggingFaceGated(
  family: string,
  fields: ConfigFields,
  { tiedEmbeddings = false, headDim, theta = 10_000 }: GatedDefaults = {},
): FamilyConfig {
  const hiddenSize = fields.count("hidden_size", { max: LARGEST_WIDTH });
  const geometry = readGeometry(fields, hiddenSize, GEOMETRY, headDim);
  return {
    ...geometry,
    family,
    hiddenSize,
    vocabularySize: fields.count("vocab_size", { max: LARGEST_VOCABULARY }),
    feedForwardSize: fields.count("intermediate_size", { max: LARGEST_WIDTH }),
    layers: fields.count("num_hidden_layers", { max: MOST_LAYERS }),
    contextLength: fields.count("max_position_embeddings", { max: LARGEST_CONTEXT }),
    normEpsilon: fields.number("rms_norm_eps", { max: 1, otherwise: 1e-6 }),
    rotary: readHuggingFaceRotary(fields, geometry.headDim, theta),
    tiedEmbeddings: fields.flag("tie_word_embeddings", tiedEmbeddings),
  };
}
