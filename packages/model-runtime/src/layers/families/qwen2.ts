import type { DecoderFamily } from "../decoder.ts";
import { gatedDecoder } from "../gated-decoder.ts";

/** Qwen 2 and 2.5 (arXiv 2407.10671): Llama with biases on queries, keys and values. */
export const qwen2Family: DecoderFamily = {
  name: "qwen2",
  blueprint: (config, has) => gatedDecoder(config, has, { activation: "silu" }),
};
