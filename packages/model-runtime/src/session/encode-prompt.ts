import { ModelError } from "../model-error.ts";
import type { ChatMessage, Prompt } from "../session.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { expectTokens } from "./expect-tokens.ts";

/** Renders messages as the model was trained to read them. */
export type RenderChat = (
  messages: readonly ChatMessage[],
  options?: { readonly addGenerationPrompt?: boolean },
) => string;

/**
 * Tokens of a prompt. A chat template writes the special tokens itself, so that none is added to it.
 * @throws ModelError "bad-option" for an empty prompt or an id past the vocabulary, and what the template throws.
 */
export function encodePrompt(
  prompt: Prompt,
  tokenizer: Tokenizer,
  renderChat: RenderChat,
  vocabularySize: number,
): readonly number[] {
  const tokens = toTokens(prompt, tokenizer, renderChat);
  return expectTokens("prompt", tokens, vocabularySize);
}

function toTokens(prompt: Prompt, tokenizer: Tokenizer, renderChat: RenderChat): readonly number[] {
  if (typeof prompt === "string") return tokenizer.encode(prompt);
  if ("messages" in prompt) {
    return tokenizer.encode(renderChat(prompt.messages), { addSpecialTokens: false });
  }
  return [...prompt];
}

/** @throws ModelError "context-overflow" with both numbers. */
export function expectRoom(needed: number, contextLength: number, what: string): void {
  if (needed <= contextLength) return;
  throw new ModelError(
    "context-overflow",
    `${what}: expected at most ${contextLength} tokens of context, got ${needed}; shorten it or create the session with a larger contextLength`,
  );
}
