import type { ModelConfig } from "../weights/model-config.ts";

/** Keys that a row of the layer sees at most, its own included: Infinity where the layer has no window. */
export function layerWindow({ slidingWindow }: ModelConfig, layer: number): number {
  return slidingWindow?.layers[layer] ? slidingWindow.size : Infinity;
}
