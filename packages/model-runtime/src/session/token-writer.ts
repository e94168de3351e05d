import type { GenerateSummary } from "../generated-token.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { TextStream } from "./text-stream.ts";

/** What ends a generation besides an abort. */
export type Finish = Pick<GenerateSummary, "finishReason" | "stopText">;

/** Turns tokens into their text, and knows which one is the last. */
export interface TokenWriter {
  write(id: number): { readonly text: string; readonly finish?: Finish };
}

export interface TokenWriterOptions {
  readonly tokenizer: Tokenizer;
  readonly stop: readonly string[];
  readonly stopTokens: ReadonlySet<number>;
  readonly maxTokens: number;
}

export function createTokenWriter(options: TokenWriterOptions): TokenWriter {
  const { tokenizer, stop, stopTokens, maxTokens } = options;
  const stream = new TextStream(stop);
  let count = 0;
  return {
    write(id) {
      count++;
      const isStopToken = stopTokens.has(id);
      const certain = isStopToken ? "" : stream.push(tokenizer.tokenBytes(id));
      const finish = finishOf(isStopToken, stream.stopText, count === maxTokens);
      return finish ? { text: certain + stream.end(), finish } : { text: certain };
    },
  };
}

function finishOf(
  isStopToken: boolean,
  stopText: string | undefined,
  isLast: boolean,
): Finish | undefined {
  if (stopText !== undefined) return { finishReason: "stop", stopText };
  if (isStopToken) return { finishReason: "stop" };
  return isLast ? { finishReason: "length" } : undefined;
}
