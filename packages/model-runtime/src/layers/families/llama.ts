import type { DecoderFamily } from "../decoder.ts";
import { gatedDecoder } from "../gated-decoder.ts";

/** Llama 1 to 3.x and everything that shares their configuration. */
export const llamaFamily: DecoderFamily = {
  name: "llama",
  blueprint: (config, has) => gatedDecoder(config, has, { activation: "silu" }),
};
