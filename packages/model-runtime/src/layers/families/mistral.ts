import type { DecoderFamily } from "../decoder.ts";
import { gatedDecoder } from "../gated-decoder.ts";

/** Mistral (arXiv 2310.06825): Llama with a sliding window. */
export const mistralFamily: DecoderFamily = {
  name: "mistral",
  blueprint: (config, has) => gatedDecoder(config, has, { activation: "silu" }),
};
