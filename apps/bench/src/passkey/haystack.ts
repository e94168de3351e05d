import type { Tokenizer } from "@sift-attention/model-runtime";

/** Splits a text after each blank line and encodes the paragraphs one by one: [paragraphs][tokens]. */
export function encodeParagraphs(tokenizer: Tokenizer, text: string): number[][] {
  return text
    .split(/(?<=\n\n)/)
    .filter((paragraph) => paragraph.length > 0)
    .map((paragraph) => tokenizer.encode(paragraph, { addSpecialTokens: false }));
}

/** A piece of the text that ends with a whole paragraph. */
export interface Haystack {
  readonly tokens: readonly number[];
  /** Indices at which a paragraph begins, and 0. */
  readonly paragraphStarts: readonly number[];
}

/**
 * Exactly `length` tokens up to the end of one of the paragraphs that leave room for them.
 * @param random Uniform in [0, 1).
 * @returns undefined when the text is too short.
 */
export function cutHaystack(
  paragraphs: readonly (readonly number[])[],
  length: number,
  random: () => number,
): Haystack | undefined {
  const ends: number[] = [];
  let end = 0;
  for (const { length: tokens } of paragraphs) {
    end += tokens;
    ends.push(end);
  }
  const possible = ends.filter((position) => position >= length);
  const chosen = possible[Math.floor(random() * possible.length)];
  if (chosen === undefined) return undefined;
  const start = chosen - length;
  return {
    tokens: paragraphs.flat().slice(start, chosen),
    paragraphStarts: [
      0,
      ...ends.filter((position) => position > start && position < chosen).map((p) => p - start),
    ],
  };
}
