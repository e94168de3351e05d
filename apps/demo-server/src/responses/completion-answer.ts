import type { GeneratedToken, Tokenizer } from "@sift-attention/model-runtime";
import type { Answer, AnswerEnd, AnswerOptions } from "./answer.ts";
import {
  type CompletionTokenLogprob,
  listLogprobs,
  toCompletionLogprob,
} from "./completion-logprobs.ts";

interface Choice {
  readonly text: string;
  /** Undefined where a chunk has no token. */
  readonly logprobs: readonly CompletionTokenLogprob[] | undefined;
  readonly finishReason: string | null;
}

/**
 * Answers of POST /v1/completions. Chunks and bodies have one shape. Special tokens have no text and no place in
 * `logprobs`.
 */
export class CompletionAnswer implements Answer {
  readonly #tokenizer: Tokenizer;
  readonly #options: AnswerOptions;
  readonly #logprobs: CompletionTokenLogprob[] = [];
  #text = "";

  constructor(tokenizer: Tokenizer, options: AnswerOptions) {
    this.#tokenizer = tokenizer;
    this.#options = options;
  }

  opening(): readonly object[] {
    return [];
  }

  token(token: GeneratedToken): object | undefined {
    const offset = this.#text.length;
    this.#text += token.text;
    const isListed = this.#options.logprobs && !this.#tokenizer.isSpecial(token.id);
    if (token.text === "" && !isListed) return undefined;
    const logprobs = isListed ? [toCompletionLogprob(this.#tokenizer, token, offset)] : [];
    this.#logprobs.push(...logprobs);
    return this.#chunk({ text: token.text, logprobs, finishReason: null });
  }

  closing({ finishReason, timings, sift }: AnswerEnd): object {
    return { ...this.#chunk({ text: "", logprobs: undefined, finishReason }), timings, sift };
  }

  usage({ usage }: AnswerEnd): object {
    return { ...this.#head(), choices: [], usage };
  }

  whole({ finishReason, ...figures }: AnswerEnd): object {
    const choice = { text: this.#text, logprobs: this.#logprobs, finishReason };
    return { ...this.#body(choice), ...figures };
  }

  #chunk(choice: Choice) {
    return { ...this.#body(choice), ...(this.#options.includeUsage && { usage: null }) };
  }

  #body({ text, logprobs, finishReason }: Choice) {
    const listed = this.#options.logprobs && logprobs ? listLogprobs(logprobs) : null;
    const choice = { index: 0, text, logprobs: listed, finish_reason: finishReason };
    return { ...this.#head(), choices: [choice] };
  }

  #head() {
    const { id, created, model } = this.#options.header;
    return { id, object: "text_completion", created, model };
  }
}
