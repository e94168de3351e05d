import type { GeneratedToken, Tokenizer } from "@sift-attention/model-runtime";
import type { Answer, AnswerEnd, AnswerOptions } from "./answer.ts";
import { type CompletionLogprobs, toCompletionLogprobs } from "./completion-logprobs.ts";

interface Choice {
  readonly text: string;
  readonly logprobs: CompletionLogprobs | null;
  readonly finishReason: string | null;
}

/** Answers of POST /v1/completions. Chunks and bodies have one shape. Special tokens have no text and no place in `logprobs`. */
export class CompletionAnswer implements Answer {
  readonly #tokenizer: Tokenizer;
  readonly #options: AnswerOptions;
  readonly #tokens: GeneratedToken[] = [];
  readonly #offsets: number[] = [];
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
    const listed = isListed ? [token] : [];
    const offsets = isListed ? [offset] : [];
    this.#tokens.push(...listed);
    this.#offsets.push(...offsets);
    const logprobs = this.#logprobs(listed, offsets);
    return this.#chunk({ text: token.text, logprobs, finishReason: null });
  }

  closing({ finishReason, timings, sift }: AnswerEnd): object {
    return { ...this.#chunk({ text: "", logprobs: null, finishReason }), timings, sift };
  }

  usage({ usage }: AnswerEnd): object {
    return { ...this.#head(), choices: [], usage };
  }

  whole({ finishReason, ...figures }: AnswerEnd): object {
    const logprobs = this.#logprobs(this.#tokens, this.#offsets);
    return { ...this.#body({ text: this.#text, logprobs, finishReason }), ...figures };
  }

  #chunk(choice: Choice) {
    return { ...this.#body(choice), ...(this.#options.includeUsage && { usage: null }) };
  }

  #body({ text, logprobs, finishReason }: Choice) {
    const choice = { index: 0, text, logprobs, finish_reason: finishReason };
    return { ...this.#head(), choices: [choice] };
  }

  #logprobs(
    tokens: readonly GeneratedToken[],
    offsets: readonly number[],
  ): CompletionLogprobs | null {
    return this.#options.logprobs ? toCompletionLogprobs(this.#tokenizer, tokens, offsets) : null;
  }

  #head() {
    const { id, created, model } = this.#options.header;
    return { id, object: "text_completion", created, model };
  }
}
