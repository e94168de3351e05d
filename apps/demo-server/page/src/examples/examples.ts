import type { SamplingSettings } from "../api/generation-request.ts";
import { LONG_TEXT } from "./long-text.ts";
import { createPassKeyPrompt } from "./pass-key-prompt.ts";

/** A prompt to start from, with the settings that suit it. */
export interface Example {
  readonly name: string;
  /** What it shows. */
  readonly hint: string;
  create(): ExamplePrompt;
}

export interface ExamplePrompt {
  readonly format: "chat" | "plain";
  readonly prompt: string;
  readonly sampling: Partial<SamplingSettings>;
  readonly warmup?: number;
  /** What a right answer contains. */
  readonly expected?: string;
}

const STORY_SAMPLING = { temperature: 0.8, topP: 0.95, maxTokens: 240, repetitionPenalty: 1.1 };

export const EXAMPLES: readonly Example[] = [
  {
    name: "An opening",
    hint: "Goes on from an opening paragraph",
    create: () => ({
      format: "plain",
      prompt:
        "The lamp in the upper window had burned since dusk, and nobody in the village could say who had lit it. Old Marrick, who kept the ferry, knocked out his pipe upon the rail and looked at the house across the water.",
      sampling: STORY_SAMPLING,
    }),
  },
  {
    name: "A fox story",
    hint: "Asks for a story in a chat",
    create: () => ({
      format: "chat",
      prompt: "Tell me a story about a little fox who was afraid of the dark.",
      sampling: STORY_SAMPLING,
    }),
  },
  {
    name: "A long tale",
    hint: "Goes on from 1,500 words: the longer the text, the more there is to skip",
    create: () => ({
      format: "plain",
      prompt: `${LONG_TEXT.join("\n\n")}\n\nIt was Dorothy who`,
      sampling: STORY_SAMPLING,
    }),
  },
  {
    name: "Find the pass key",
    hint: "Hides a number in a long text and asks for it: does sifting keep what matters?",
    create: () => {
      const { prompt, passKey } = createPassKeyPrompt(Math.random);
      return {
        format: "chat",
        prompt,
        sampling: { temperature: 0, topP: 1, maxTokens: 32, repetitionPenalty: 1 },
        warmup: 4,
        expected: passKey,
      };
    },
  },
];
