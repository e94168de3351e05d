import { LONG_TEXT } from "./long-text.ts";

/** A long text with a number hidden in it, and the question for the number. */
export interface PassKeyPrompt {
  readonly prompt: string;
  /** Five digits. */
  readonly passKey: string;
}

/**
 * Hides a five-digit number between two paragraphs of a long text.
 *
 * `random` gives numbers in [0, 1): the first draws the number, the second the place.
 */
export function createPassKeyPrompt(random: () => number): PassKeyPrompt {
  const passKey = String(10_000 + Math.floor(random() * 90_000));
  const place = 1 + Math.floor(random() * (LONG_TEXT.length - 2));
  const needle = `The pass key is ${passKey}. Remember it.`;
  const paragraphs = [...LONG_TEXT.slice(0, place), needle, ...LONG_TEXT.slice(place)];
  return { prompt: [...paragraphs, "What is the pass key?"].join("\n\n"), passKey };
}
