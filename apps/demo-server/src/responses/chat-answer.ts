import type { GeneratedToken, Tokenizer } from "@sift-attention/model-runtime";
import type { Answer, AnswerEnd, AnswerOptions } from "./answer.ts";
import { type ChatLogprobs, type ChatTokenLogprobs, toChatLogprobs } from "./chat-logprobs.ts";

interface Delta {
  readonly role?: "assistant";
  readonly content?: string;
}

/** Answers of POST /v1/chat/completions. Special tokens have no text and no place in `logprobs`. */
export class ChatAnswer implements Answer {
  readonly #tokenizer: Tokenizer;
  readonly #options: AnswerOptions;
  readonly #logprobs: ChatTokenLogprobs[] = [];
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
    const isListed = this.#options.logprobs && !this.#tokenizer.isSpecial(token.id);
    if (token.text === "" && !isListed) return undefined;
    const logprobs = isListed ? [toChatLogprobs(this.#tokenizer, token)] : [];
    this.#logprobs.push(...logprobs);
    return this.#chunk({ content: token.text }, logprobs);
  }

  closing({ finishReason, timings, sift }: AnswerEnd): object {
    return { ...this.#chunk({}, undefined, finishReason), timings, sift };
  }

  usage({ usage }: AnswerEnd): object {
    return { ...this.#head("chat.completion.chunk"), choices: [], usage };
  }

  whole({ finishReason, ...figures }: AnswerEnd): object {
    const message = { role: "assistant", content: this.#text, refusal: null };
    const logprobs = this.#list(this.#logprobs);
    return {
      ...this.#head("chat.completion"),
      choices: [{ index: 0, message, logprobs, finish_reason: finishReason }],
      ...figures,
    };
  }

  #chunk(delta: Delta, listed?: ChatTokenLogprobs[], finishReason: string | null = null) {
    const logprobs = listed ? this.#list(listed) : null;
    return {
      ...this.#head("chat.completion.chunk"),
      choices: [{ index: 0, delta, logprobs, finish_reason: finishReason }],
      ...(this.#options.includeUsage && { usage: null }),
    };
  }

  #list(content: readonly ChatTokenLogprobs[]): ChatLogprobs | null {
    return this.#options.logprobs ? { content, refusal: null } : null;
  }

  #head(object: string) {
    const { id, created, model } = this.#options.header;
    return { id, object, created, model };
  }
}
