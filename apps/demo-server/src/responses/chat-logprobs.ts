import type { GeneratedToken, Tokenizer, TokenLogprob } from "@sift-attention/model-runtime";
import { finiteLogprob } from "./finite-logprob.ts";
import { readTokenText } from "./token-text.ts";

interface ChatTokenLogprob {
  readonly token: string;
  readonly logprob: number;
  readonly bytes: readonly number[] | null;
}

/** A token of the answer and what else could have stood there. */
export interface ChatTokenLogprobs extends ChatTokenLogprob {
  readonly top_logprobs: readonly ChatTokenLogprob[];
}

/** `logprobs` of a chat's choice, for consecutive tokens. */
export interface ChatLogprobs {
  readonly content: readonly ChatTokenLogprobs[];
  readonly refusal: null;
}

export function toChatLogprobs(tokenizer: Tokenizer, token: GeneratedToken): ChatTokenLogprobs {
  const { id, logprob = Number.NEGATIVE_INFINITY, topLogprobs = [] } = token;
  return {
    ...describe(tokenizer, { id, logprob }),
    top_logprobs: topLogprobs.map((other) => describe(tokenizer, other)),
  };
}

function describe(tokenizer: Tokenizer, { id, logprob }: TokenLogprob): ChatTokenLogprob {
  const { text, bytes } = readTokenText(tokenizer, id);
  return { token: text, logprob: finiteLogprob(logprob), bytes };
}
