import type { ConfigFields } from "../config-fields.ts";
import type { ModelConfig } from "../model-config.ts";

const TYPES = ["full_attention", "sliding_attention"];

/**
 * Layers with a sliding window, by the `sliding_window` of a config.json: those that `layer_types` names, or the ones
 * that the family lets slide where there is no such list. Undefined when none slides.
 * @throws ModelError "bad-config".
 */
export function readSlidingWindow(
  fields: ConfigFields,
  layers: number,
  slides: (layer: number) => boolean,
): ModelConfig["slidingWindow"] {
  if (!fields.has("sliding_window")) return undefined;
  const size = fields.count("sliding_window");
  const types = fields.texts("layer_types");
  if (types && (types.length !== layers || types.some((type) => !TYPES.includes(type)))) {
    throw fields.refuse("layer_types", `${layers} of ${TYPES.join(" or ")}`);
  }
  const sliding = Array.from({ length: layers }, (_, layer) =>
    types ? types[layer] === "sliding_attention" : slides(layer),
  );
  return sliding.includes(true) ? { size, layers: sliding } : undefined;
}
