import { BenchError } from "../bench-error.ts";

/** Consecutive tokens of a text. */
export interface TextWindow {
  /** Index of the first token in the text. */
  readonly start: number;
  readonly tokens: readonly number[];
}

export interface WindowOptions {
  /** For messages. */
  readonly name: string;
  /** Tokens of a window, those in front included. */
  readonly length: number;
  /** Windows wanted; fewer when the text does not hold so many without overlap. */
  readonly count: number;
  /** Tokens at the beginning of the text that no window touches. Default 0. */
  readonly skip?: number;
  /** Tokens put in front of each window, such as a beginning-of-sequence token. */
  readonly front?: readonly number[];
}

/**
 * Windows that do not overlap, spread evenly over a text from its beginning to its end.
 * @throws BenchError when the text does not fill one window.
 */
export function textWindows(
  tokens: readonly number[],
  { name, length, count, skip = 0, front = [] }: WindowOptions,
): TextWindow[] {
  const taken = length - front.length;
  const room = tokens.length - skip;
  const fitting = Math.min(count, Math.floor(room / taken));
  if (fitting < 1) {
    throw new BenchError(
      `${name}: expected at least ${skip + taken} tokens for a context of ${length}, got ${tokens.length}; give a longer text or a smaller --context`,
    );
  }
  return Array.from({ length: fitting }, (_, i) => {
    const start = skip + (fitting === 1 ? 0 : Math.floor((i * (room - taken)) / (fitting - 1)));
    return { start, tokens: [...front, ...tokens.slice(start, start + taken)] };
  });
}
