import type { Tokenizer } from "@sift-attention/model-runtime";

/** Ids past the 256 bytes. */
export const specialTokens = ["<|end|>", "<|system|>", "<|user|>", "<|assistant|>"] as const;
export const endToken = 256;

/** One token a UTF-8 byte, and a few special ones that are recognised in the text. */
export function createByteTokenizer(): Tokenizer {
  const isSpecial = (id: number) => id >= 256;
  const tokenBytes = (id: number) => Uint8Array.from(isSpecial(id) ? [] : [id]);
  const written = (id: number) => specialTokens[id - 256] ?? "";
  return {
    vocabularySize: 256 + specialTokens.length,
    encode: (text) => text.split(/(<\|\w+\|>)/).flatMap(encodePart),
    decode(ids, { keepSpecialTokens = false } = {}) {
      const parts = ids.map((id) =>
        isSpecial(id) && keepSpecialTokens ? Buffer.from(written(id)) : Buffer.from(tokenBytes(id)),
      );
      return Buffer.concat(parts).toString("utf8");
    },
    tokenBytes,
    isSpecial,
    tokenId: (token) => encodePart(token)[0],
  };
}

function encodePart(part: string): number[] {
  const special = (specialTokens as readonly string[]).indexOf(part);
  return special >= 0 ? [256 + special] : [...Buffer.from(part, "utf8")];
}
