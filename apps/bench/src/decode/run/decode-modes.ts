import type { AttentionMode } from "@sift-attention/model-runtime";
import type { DecodeMethod, DecodeSettings } from "../decode-settings.ts";

/** The runtime's default quantile. */
const DEFAULT_QUANTILE = 0.75;

/** How a method attends; `quantile` is that of `sift-union`. */
export function decodeMode(
  method: DecodeMethod,
  { fraction, warmup }: DecodeSettings,
  quantile: number,
): AttentionMode {
  if (method === "full") return { kind: "full" };
  if (method === "top-k") return { kind: "top-k", fraction, droppedMass: "mean-value" };
  return {
    kind: "sift",
    warmup,
    quantile: method === "sift" ? DEFAULT_QUANTILE : quantile,
  };
}
