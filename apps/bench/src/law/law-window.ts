import type { Model } from "@sift-attention/model-runtime";
import { BenchError } from "../bench-error.ts";
import type { BenchText } from "../quality/quality-input.ts";
import { textWindows } from "../text/text-windows.ts";
import { type LawSettings, LONGEST_DEFAULT_CONTEXT, shortestLawContext } from "./law-settings.ts";

/**
 * The tokens of a text that its laws are observed on, from its beginning.
 * @throws BenchError for a context that the model does not hold, or a text that is too short for one.
 */
export function lawWindow(model: Model, text: BenchText, settings: LawSettings): readonly number[] {
  const { tokenizer, config } = model;
  const shortest = shortestLawContext(settings);
  const { context } = settings;
  if (context !== null && (context < shortest || context > config.contextLength)) {
    throw new BenchError(
      `--context: expected ${shortest} to ${config.contextLength} tokens, got ${context}`,
    );
  }
  const tokens = tokenizer.encode(text.content, { addSpecialTokens: false });
  const front = tokenizer.encode("");
  const longest = Math.min(LONGEST_DEFAULT_CONTEXT, config.contextLength);
  const length = context ?? Math.max(shortest, Math.min(longest, tokens.length + front.length));
  return textWindows(tokens, { name: text.name, length, count: 1, front })[0]!.tokens;
}
