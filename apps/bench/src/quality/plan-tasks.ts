import { BenchError } from "../bench-error.ts";
import { encodeParagraphs } from "../passkey/haystack.ts";
import { passkeyPrompt } from "../passkey/passkey-prompt.ts";
import { seededUniform } from "../passkey/seeded-uniform.ts";
import { textWindows } from "../text/text-windows.ts";
import type { PasskeyTask } from "./measure-passkey.ts";
import type { WindowTask } from "./measure-window.ts";
import type { BenchText, QualityInput } from "./quality-input.ts";
import { shortestContext } from "./window-protocol.ts";

/** What is to be measured at one context length of one text. */
export interface ContextTasks {
  readonly text: string;
  readonly context: number;
  readonly windows: readonly WindowTask[];
  readonly passkeys: readonly PasskeyTask[];
}

/** Every window and pass key of a run; nothing is computed yet. @throws BenchError for a text or context that does not do. */
export function planTasks(input: QualityInput): ContextTasks[] {
  const { contexts } = input.settings;
  for (const context of contexts) expectContext(input, context);
  return input.texts.flatMap((text) =>
    contexts.map((context) => ({
      text: text.name,
      context,
      windows: windowTasks(input, text, context),
      passkeys: passkeyTasks(input, text, context),
    })),
  );
}

function expectContext({ model, settings }: QualityInput, context: number): void {
  const shortest = shortestContext(settings.warmup);
  const longest = model.config.contextLength - ANSWER_ROOM;
  if (context > longest || context < shortest) {
    throw new BenchError(
      `--context: expected ${shortest} to ${longest} tokens with a warmup of ${settings.warmup} on this model, got ${context}`,
    );
  }
}

/** Tokens that the number of a pass key may take past the context. */
export const ANSWER_ROOM = 12;

function windowTasks({ model, settings }: QualityInput, text: BenchText, context: number) {
  const { tokenizer } = model;
  const tokens = tokenizer.encode(text.content, { addSpecialTokens: false });
  const front = tokenizer.encode("");
  const options = { name: text.name, length: context, count: settings.windows, front };
  return textWindows(tokens, options).map((window, i, { length }) => ({
    window,
    label: `${text.name}, ${context} tokens, window ${i + 1} of ${length}`,
  }));
}

function passkeyTasks({ model, settings }: QualityInput, text: BenchText, context: number) {
  const { passkeySamples, seed } = settings;
  const paragraphs = encodeParagraphs(model.tokenizer, text.content);
  return Array.from({ length: passkeySamples }, (_, i) => {
    const random = seededUniform(`${seed}/${context}/${i}`);
    const depth = (i + 0.5) / passkeySamples;
    return {
      prompt: passkeyPrompt(model, paragraphs, { context, depth, random }),
      label: `${text.name}, ${context} tokens, pass key ${i + 1} of ${passkeySamples}`,
    };
  });
}
