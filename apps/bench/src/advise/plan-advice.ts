import type { Model } from "@sift-attention/model-runtime";
import { BenchError } from "../bench-error.ts";
import type { BenchText } from "../quality/quality-input.ts";
import { shortestContext } from "../quality/window-protocol.ts";
import { type TextWindow, textWindows } from "../text/text-windows.ts";
import type { AdviceSettings } from "./advice-settings.ts";

/** A text in two parts that share no token. */
export interface AdvicePlan {
  readonly text: string;
  readonly tokens: number;
  readonly chosenOn: readonly TextWindow[];
  readonly heldOut: readonly TextWindow[];
}

/**
 * Windows of the first half of each text to choose on, and of the second half to hold the choice to.
 * @throws BenchError for a context that model or warmups do not allow, or a text that does not fill two windows.
 */
export function planAdvice(
  model: Model,
  texts: readonly BenchText[],
  settings: AdviceSettings,
): AdvicePlan[] {
  const { context, windows: count, warmups } = settings;
  const shortest = Math.max(256, shortestContext(Math.max(...warmups)));
  const longest = model.config.contextLength;
  if (context < shortest || context > longest) {
    throw new BenchError(`--context: expected ${shortest} to ${longest} tokens, got ${context}`);
  }
  const front = model.tokenizer.encode("");
  return texts.map(({ name, content }) => {
    const tokens = model.tokenizer.encode(content, { addSpecialTokens: false });
    const half = Math.floor(tokens.length / 2);
    const taken = context - front.length;
    if (half < taken) {
      throw new BenchError(
        `${name}: expected at least ${2 * taken} tokens, half to choose on and half to check the choice, got ${tokens.length}; give a longer text or a smaller --context`,
      );
    }
    const options = { name, length: context, count, front };
    return {
      text: name,
      tokens: tokens.length,
      chosenOn: textWindows(tokens.slice(0, half), options),
      heldOut: textWindows(tokens.slice(half), options).map((window) => ({
        ...window,
        start: window.start + half,
      })),
    };
  });
}
