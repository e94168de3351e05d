import type { GeneratedToken, Tokenizer, TokenLogprob } from "@sift-attention/model-runtime";
import { finiteLogprob } from "./finite-logprob.ts";
import { readTokenText } from "./token-text.ts";

/** `logprobs` of a choice of /v1/completions: parallel lists, one entry a token. */
export interface CompletionLogprobs {
  readonly tokens: readonly string[];
  readonly token_logprobs: readonly number[];
  readonly top_logprobs: readonly Readonly<Record<string, number>>[];
  /** Where each token's text starts, in UTF-16 units of the generated text. */
  readonly text_offset: readonly number[];
}

/** `offsets`: where the text stood before each token. */
export function toCompletionLogprobs(
  tokenizer: Tokenizer,
  tokens: readonly GeneratedToken[],
  offsets: readonly number[],
): CompletionLogprobs {
  return {
    tokens: tokens.map(({ id }) => writeToken(tokenizer, id)),
    token_logprobs: tokens.map(({ logprob }) => finiteLogprob(logprob ?? Number.NEGATIVE_INFINITY)),
    top_logprobs: tokens.map((token) => {
      const chosen = token.logprob === undefined ? [] : [{ id: token.id, logprob: token.logprob }];
      return toRecord(tokenizer, [...(token.topLogprobs ?? []), ...chosen]);
    }),
    text_offset: offsets,
  };
}

function toRecord(
  tokenizer: Tokenizer,
  candidates: readonly TokenLogprob[],
): Record<string, number> {
  return Object.fromEntries(
    candidates.map(({ id, logprob }) => [writeToken(tokenizer, id), finiteLogprob(logprob)]),
  );
}

/** Part of a character is written as its bytes, so that two such tokens stay two keys. */
function writeToken(tokenizer: Tokenizer, id: number): string {
  const { text, bytes, whole } = readTokenText(tokenizer, id);
  if (whole || bytes === null) return text;
  return `bytes:${bytes.map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("")}`;
}
