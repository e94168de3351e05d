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

/** One entry of the lists. */
export interface CompletionTokenLogprob {
  readonly token: string;
  readonly logprob: number;
  readonly top: Readonly<Record<string, number>>;
  readonly offset: number;
}

/** `offset`: length of the text before the token. The token itself is always among the top. */
export function toCompletionLogprob(
  tokenizer: Tokenizer,
  { id, logprob = Number.NEGATIVE_INFINITY, topLogprobs = [] }: GeneratedToken,
  offset: number,
): CompletionTokenLogprob {
  return {
    token: writeToken(tokenizer, id),
    logprob: finiteLogprob(logprob),
    top: toRecord(tokenizer, [...topLogprobs, { id, logprob }]),
    offset,
  };
}

export function listLogprobs(entries: readonly CompletionTokenLogprob[]): CompletionLogprobs {
  return {
    tokens: entries.map(({ token }) => token),
    token_logprobs: entries.map(({ logprob }) => logprob),
    top_logprobs: entries.map(({ top }) => top),
    text_offset: entries.map(({ offset }) => offset),
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
