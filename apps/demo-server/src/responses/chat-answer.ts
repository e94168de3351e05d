import type { GeneratedToken, Tokenizer } from "@sift-attention/model-runtime";
import type { Answer, AnswerEnd, AnswerOptions } from "./answer.ts";
import { type ChatLogprobs, toChatLogprobs } from "./chat-logprobs.ts";

interface Delta {
  readonly role?: "assistant";
  readonly content?: string;
}

/** Answers of POST /v1/chat/completions. Special tokens have no text and no place in `logprobs`. */
export class ChatAnswer implements Answer {
  readonly #tokenizer: Tokenizer;
  readonly #options: AnswerOptions;
  readonly #tokens: GeneratedToken[] = [];
  #text = "";

  constructor(tokenizer: Tokenizer, options: AnswerOptions) {
    this.#tokenizer = tokenizer;
    this.#options = options;
  }

  opening(): readonly object[] {
    return [this.#chunk({ role: "assistant", content: "" })];
  }

  token(token: GeneratedToken): object | undefined {
    this.#text += token.text;
    const { logprobs } = this.#options;
    const listed = logprobs && !this.#tokenizer.isSpecial(token.id) ? [token] : [];
    if (token.text === "" && listed.length === 0) return undefined;
    this.#tokens.push(...listed);
    return this.#chunk({ content: token.text }, this.#logprobs(listed));
  }

  closing({ finishReason, timings, sift }: AnswerEnd): object {
    return { ...this.#chunk({}, null, finishReason), timings, sift };
  }

  usage({ usage }: AnswerEnd): object {
    return { ...this.#head("chat.completion.chunk"), choices: [], usage };
  }

  whole({ finishReason, ...figures }: AnswerEnd): object {
    const message = { role: "assistant", content: this.#text, refusal: null };
    const logprobs = this.#logprobs(this.#tokens);
    return {
      ...this.#head("chat.completion"),
      choices: [{ index: 0, message, logprobs, finish_reason: finishReason }],
      ...figures,
    };
  }

  #chunk(delta: Delta, logprobs: ChatLogprobs | null = null, finishReason: string | null = null) {
    return {
      ...this.#head("chat.completion.chunk"),
      choices: [{ index: 0, delta, logprobs, finish_reason: finishReason }],
      ...(this.#options.includeUsage && { usage: null }),
    };
  }

  #logprobs(tokens: readonly GeneratedToken[]): ChatLogprobs | null {
    return this.#options.logprobs ? toChatLogprobs(this.#tokenizer, tokens) : null;
  }

  #head(object: string) {
    const { id, created, model } = this.#options.header;
    return { id, object, created, model };
  }
}
