import { Template } from "@huggingface/jinja";
import { ModelError } from "../model-error.ts";
import type { ChatMessage } from "../session.ts";
import { isJsonObject, type JsonObject } from "../weights/json-file.ts";

/** What a chat template can refer to besides the messages. */
export interface ChatTemplateTokens {
  readonly bos_token?: string;
  readonly eos_token?: string;
  readonly unk_token?: string;
  readonly pad_token?: string;
}

/** Prompt text of a chat. @throws ModelError "bad-chat". */
export type RenderChat = (
  messages: readonly ChatMessage[],
  options: { readonly addGenerationPrompt: boolean },
) => string;

/**
 * A chat template in Jinja, with the variables and functions that Hugging Face's templates expect. It is compiled at
 * the first use, so that a model whose template does not compile still completes text.
 */
export function createChatRenderer(template: string, tokens: ChatTemplateTokens): RenderChat {
  let compiled: Template | undefined;
  return (messages, { addGenerationPrompt }) => {
    try {
      compiled ??= new Template(template);
      return compiled.render({
        ...tokens,
        messages: messages.map((message) => ({ ...message })),
        add_generation_prompt: addGenerationPrompt,
        tools: null,
        documents: null,
      });
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new ModelError("bad-chat", `chat template: ${reason}`, { cause });
    }
  };
}

/**
 * The template of a tokenizer_config.json: a text, or a list of named ones of which "default" counts. Undefined when
 * there is none.
 */
export function findChatTemplate(config: JsonObject): string | undefined {
  const { chat_template: template } = config;
  if (typeof template === "string") return template;
  const named: readonly unknown[] = Array.isArray(template) ? template : [];
  const chosen = named.filter(isJsonObject).find((entry) => entry.name === "default");
  return typeof chosen?.template === "string" ? chosen.template : undefined;
}

/** The special tokens that a tokenizer_config.json names, each a text or an object with its text as `content`. */
export function readTemplateTokens(config: JsonObject): ChatTemplateTokens {
  const keys = ["bos_token", "eos_token", "unk_token", "pad_token"] as const;
  const entries = keys.flatMap((key) => {
    const value = config[key];
    const text = isJsonObject(value) ? value.content : value;
    return typeof text === "string" ? [[key, text]] : [];
  });
  return Object.fromEntries(entries);
}
