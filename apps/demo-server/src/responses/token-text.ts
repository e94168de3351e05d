import type { Tokenizer } from "@sift-attention/model-runtime";

/** How a single token is shown where OpenAI's API shows one. */
export interface TokenText {
  /** The text, with U+FFFD where the token holds part of a character. */
  readonly text: string;
  /** The UTF-8 bytes of the token; null for a token that stands for no text. */
  readonly bytes: readonly number[] | null;
  /** Whether `text` says it all. */
  readonly whole: boolean;
}

/** A special token is shown in its written form. */
export function readTokenText(tokenizer: Tokenizer, id: number): TokenText {
  if (tokenizer.isSpecial(id)) {
    return { text: tokenizer.decode([id], { keepSpecialTokens: true }), bytes: null, whole: true };
  }
  const bytes = tokenizer.tokenBytes(id);
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  return { text, bytes: [...bytes], whole: !text.includes("\ufffd") };
}
