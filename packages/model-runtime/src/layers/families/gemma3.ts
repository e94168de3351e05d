import type { DecoderFamily } from "../decoder.ts";
import { gatedDecoder } from "../gated-decoder.ts";

/** Gemma 3 (arXiv 2503.19786): embeddings times √hiddenSize, norms of all that is added, GELU. */
export const gemma3Family: DecoderFamily = {
  name: "gemma3",
  blueprint: (config, has) =>
    gatedDecoder(config, has, {
      activation: "gelu-tanh",
      embeddingScale: Math.sqrt(config.hiddenSize),
      headNorms: true,
      outputNorms: true,
    }),
};
