import type { ConfigFields } from "./config-fields.ts";
import type { RotaryConfig, RotaryScaling } from "./model-config.ts";

/**
 * Rotary embedding of a config.json: `rope_parameters` (transformers 5) where present, those of layers with full
 * attention where they differ by layer; else `rope_theta` and `rope_scaling`. `theta` is the default of the base.
 * @throws ModelError "bad-config".
 */
export function readHuggingFaceRotary(
  fields: ConfigFields,
  headDim: number,
  theta: number,
): RotaryConfig {
  const parameters = fields.nested("rope_parameters");
  const outer = fields.number("rope_theta", { otherwise: theta });
  expectAllRotates(fields);
  return readRotaryParameters(
    parameters?.nested("full_attention") ?? parameters ?? fields.nested("rope_scaling"),
    headDim,
    outer,
  );
}

/**
 * One object of parameters; without it nothing is rescaled. `theta` is the base where the object has none.
 * @throws ModelError "bad-config".
 */
export function readRotaryParameters(
  parameters: ConfigFields | undefined,
  headDim: number,
  theta: number,
): RotaryConfig {
  if (parameters) expectAllRotates(parameters);
  return {
    theta: parameters?.number("rope_theta", { otherwise: theta }) ?? theta,
    dimensions: headDim,
    layout: "half",
    scaling: parameters ? readScaling(parameters) : { kind: "none" },
  };
}

function expectAllRotates(fields: ConfigFields): void {
  const key = "partial_rotary_factor";
  if (fields.number(key, { otherwise: 1 }) !== 1) throw fields.refuse(key, "1");
}

function readScaling(fields: ConfigFields): RotaryScaling {
  const typeKey = fields.has("rope_type") ? "rope_type" : "type";
  const type = fields.text(typeKey, "default");
  if (type === "default") return { kind: "none" };
  if (type === "linear") return { kind: "linear", factor: fields.number("factor") };
  if (type !== "llama3") throw fields.refuse(typeKey, '"default", "linear" or "llama3"');
  return {
    kind: "llama3",
    factor: fields.number("factor"),
    lowFrequencyFactor: fields.number("low_freq_factor"),
    highFrequencyFactor: fields.number("high_freq_factor"),
    originalContextLength: fields.count("original_max_position_embeddings"),
  };
}

/**
 * Rescaling in GGUF metadata: a factor per frequency from rope_freqs.weight wins over the keys.
 * @throws ModelError "bad-config".
 */
export function readGgufScaling(
  fields: ConfigFields,
  prefix: string,
  dimensions: number,
  factors: Float32Array | undefined,
): RotaryScaling {
  if (factors) {
    if (factors.length === dimensions / 2 && factors.every((factor) => factor > 0)) {
      return { kind: "factors", factors };
    }
    throw fields.refuse("rope_freqs.weight", `${dimensions / 2} factors above 0`);
  }
  const key = `${prefix}.rope.scaling.type`;
  const type = fields.text(key, fields.has(`${prefix}.rope.scale_linear`) ? "linear" : "none");
  if (type === "none") return { kind: "none" };
  if (type !== "linear") throw fields.refuse(key, '"none" or "linear"');
  const factorKey = `${prefix}.rope.scaling.factor`;
  const oldKey = `${prefix}.rope.scale_linear`;
  return { kind: "linear", factor: fields.number(fields.has(factorKey) ? factorKey : oldKey) };
}
