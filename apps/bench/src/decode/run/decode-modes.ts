import type { AttentionMode } from "@sift-attention/model-runtime";
import type { DecodeMethod, DecodeSettings } from "../decode-settings.ts";

const leastWarmup = 8; // of an automatic warmup

/** How a method attends; a warmup ends with the untimed tokens. */
export function decodeMode(
  method: DecodeMethod,
  { fraction, warmup }: DecodeSettings,
): AttentionMode {
  const sift = { kind: "sift", warmupLimit: Math.max(leastWarmup, warmup) } as const;
  switch (method) {
    case "full":
      return { kind: "full" };
    case "top-k":
      return { kind: "top-k", fraction, droppedMass: "mean-value" };
    case "sift":
      return sift;
    case "sift-union":
      return { ...sift, quantile: 1 - fraction, controls: "union" };
  }
}
