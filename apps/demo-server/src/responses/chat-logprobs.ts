import type { GeneratedToken, Tokenizer, TokenLogprob } from "@sift-attention/model-runtime";
import { finiteLogprob } from "./finite-logprob.ts";
import { readTokenText } from "./token-text.ts";

interface ChatTokenLogprob {
  readonly token: string;
  readonly logprob: number;
  readonly bytes: readonly number[] | null;
}

/** `logprobs` of a chat's choice, for consecutive tokens. */
export interface ChatLogprobs {
  readonly content: readonly (ChatTokenLogprob & {
    readonly top_logprobs: readonly ChatTokenLogprob[];
  })[];
  readonly refusal: null;
}

export function toChatLogprobs(
  tokenizer: Tokenizer,
  tokens: readonly GeneratedToken[],
): ChatLogprobs {
  const content = tokens.map((token) => ({
    ...describe(tokenizer, { id: token.id, logprob: token.logprob ?? Number.NEGATIVE_INFINITY }),
    top_logprobs: (token.topLogprobs ?? []).map((other) => describe(tokenizer, other)),
  }));
  return { content, refusal: null };
}

function describe(tokenizer: Tokenizer, { id, logprob }: TokenLogprob): ChatTokenLogprob {
  const { text, bytes } = readTokenText(tokenizer, id);
  return { token: text, logprob: finiteLogprob(logprob), bytes };
}
