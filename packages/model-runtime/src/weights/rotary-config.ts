import type { ConfigFields } from "./config-fields.ts";
import type { RotaryConfig, RotaryScaling } from "./model-config.ts";

/**
 * Rotary embedding of a config.json: `rope_parameters` (transformers 5) where present, else `rope_theta` and
 * `rope_scaling`.
 * @throws ModelError "bad-config".
 */
export function readHuggingFaceRotary(fields: ConfigFields, headDim: number): RotaryConfig {
  if (fields.number("partial_rotary_factor", { otherwise: 1 }) !== 1) {
    throw fields.refuse("partial_rotary_factor", "1");
  }
  const parameters = fields.nested("rope_parameters");
  const scaling = parameters ?? fields.nested("rope_scaling");
  const outer = fields.number("rope_theta", { otherwise: 10_000 });
  return {
    theta: parameters?.number("rope_theta", { otherwise: outer }) ?? outer,
    dimensions: headDim,
    layout: "half",
    scaling: scaling ? readScaling(scaling) : { kind: "none" },
  };
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
