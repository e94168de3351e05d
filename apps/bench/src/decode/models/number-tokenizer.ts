import type { Tokenizer } from "@sift-attention/model-runtime";
import { BenchError } from "../../bench-error.ts";

/** Stands where nobody reads: writes ids as numbers. */
export function numberTokenizer(vocabularySize: number): Tokenizer {
  const encoder = new TextEncoder();
  return {
    vocabularySize,
    encode: () => {
      throw new BenchError("a model with random weights: expected token ids as a prompt, got text");
    },
    decode: (ids) => ids.map((id) => ` ${id}`).join(""),
    tokenBytes: (id) => encoder.encode(` ${id}`),
    isSpecial: () => false,
    tokenId: () => undefined,
  };
}
