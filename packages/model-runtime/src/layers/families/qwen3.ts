import type { DecoderFamily } from "../decoder.ts";
import { gatedDecoder } from "../gated-decoder.ts";

/** Qwen 3 (arXiv 2505.09388): queries and keys are normalised head by head. */
export const qwen3Family: DecoderFamily = {
  name: "qwen3",
  blueprint: (config, has) => gatedDecoder(config, has, { activation: "silu", headNorms: true }),
};
