import type { GenerateOptions } from "../generate-options.ts";
import type { Prompt } from "../session.ts";
import { createAttentionSchedule } from "./create-schedule.ts";
import { encodePrompt } from "./encode-prompt.ts";
import type { AttentionSettings } from "./expect-attention-mode.ts";
import { generateSettings } from "./generate-settings.ts";
import type { Generation } from "./generation.ts";
import type { SessionModel } from "./session-model.ts";

/**
 * What a caller asks for, checked, with every default filled in.
 * @throws ModelError "bad-option", "no-chat-template", "bad-chat".
 */
export function planGeneration(
  model: SessionModel,
  prompt: Prompt,
  options: GenerateOptions,
  place: { readonly attention: AttentionSettings; readonly capacity: number },
): Generation {
  const { config, tokenizer, stopTokens, renderChat, generationDefaults } = model;
  const { vocabularySize } = config;
  const defaults = { sampling: generationDefaults, attention: place.attention };
  const settings = generateSettings(options, defaults, vocabularySize);
  return {
    config,
    tokenizer,
    stopTokens,
    settings,
    prompt: encodePrompt(prompt, tokenizer, renderChat, vocabularySize),
    schedule: createAttentionSchedule(settings.attention, config, place.capacity),
  };
}
