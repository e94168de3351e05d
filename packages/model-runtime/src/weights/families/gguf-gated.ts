import { ModelError } from "../../model-error.ts";
import type { ConfigFields } from "../config-fields.ts";
import type { RotaryConfig, RotaryLayout } from "../model-config.ts";
import { readGgufScaling } from "../rotary-config.ts";
import type { FamilyConfig, GgufTensorFacts } from "./model-family.ts";
import { readGeometry } from "./read-geometry.ts";
import { LARGEST_CONTEXT, LARGEST_VOCABULARY, LARGEST_WIDTH, MOST_LAYERS } from "./size-limits.ts";

/**
 * The metadata that Llama and its descendants share, under the name of their architecture; the families read the rest.
 * `layout` is that of the stored query and key rows.
 * @throws ModelError "bad-config", "missing-tensor".
 */
export function readGgufGated(
  family: string,
  fields: ConfigFields,
  facts: GgufTensorFacts,
  layout: RotaryLayout,
): FamilyConfig {
  const key = (name: string): string => `${family}.${name}`;
  if (fields.count(key("expert_count"), { min: 0, otherwise: 0 }) > 0) {
    throw fields.refuse(key("expert_count"), "0, a model without experts");
  }
  const hiddenSize = fields.count(key("embedding_length"), { max: LARGEST_WIDTH });
  const geometry = readGeometry(fields, hiddenSize, {
    heads: key("attention.head_count"),
    kvHeads: key("attention.head_count_kv"),
    headDim: key("attention.key_length"),
  });
  const { headDim } = geometry;
  const valueLength = key("attention.value_length");
  if (fields.count(valueLength, { otherwise: headDim }) !== headDim) {
    throw fields.refuse(valueLength, `${headDim}, the length of a key`);
  }
  return {
    ...geometry,
    family,
    hiddenSize,
    vocabularySize: readGgufVocabularySize(fields, facts),
    feedForwardSize: fields.count(key("feed_forward_length"), { max: LARGEST_WIDTH }),
    layers: fields.count(key("block_count"), { max: MOST_LAYERS }),
    contextLength: fields.count(key("context_length"), { max: LARGEST_CONTEXT }),
    normEpsilon: fields.number(key("attention.layer_norm_rms_epsilon"), { max: 1 }),
    rotary: readRotary(family, fields, facts, { headDim, layout }),
    tiedEmbeddings: facts.shapeOf("output.weight") === undefined,
  };
}

function readRotary(
  family: string,
  fields: ConfigFields,
  facts: GgufTensorFacts,
  { headDim, layout }: { readonly headDim: number; readonly layout: RotaryLayout },
): RotaryConfig {
  const key = `${family}.rope.dimension_count`;
  const dimensions = fields.count(key, { max: headDim, otherwise: headDim });
  if (dimensions % 2 !== 0) throw fields.refuse(key, "an even number");
  return {
    theta: fields.number(`${family}.rope.freq_base`, { otherwise: 10_000 }),
    dimensions,
    layout,
    scaling: readGgufScaling(fields, family, dimensions, facts.frequencyFactors),
  };
}

/** Rows of the embedding. @throws ModelError "missing-tensor", "bad-tensor". */
export function readGgufVocabularySize(fields: ConfigFields, facts: GgufTensorFacts): number {
  const rows = facts.shapeOf("token_embd.weight")?.[0];
  if (rows === undefined) {
    throw new ModelError("missing-tensor", `${fields.where}: no tensor token_embd.weight`);
  }
  if (rows < 1 || rows > LARGEST_VOCABULARY) {
    const message = `${fields.where}: token_embd.weight: expected 1 to ${LARGEST_VOCABULARY} rows, got ${rows}`;
    throw new ModelError("bad-tensor", message);
  }
  return rows;
}
