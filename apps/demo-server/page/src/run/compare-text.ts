import type { Run } from "./run.ts";

/** How far a run's text goes with another's. */
export interface SharedText {
  /** Leading pieces of text that both have. */
  readonly pieces: number;
  readonly isWhole: boolean;
}

/** Leading pieces that two runs wrote alike: with one prompt and seed, how long a method leaves the text unchanged. */
export function compareText(run: Pick<Run, "pieces">, reference: Pick<Run, "pieces">): SharedText {
  const ours = run.pieces;
  const theirs = reference.pieces;
  const differs = ours.findIndex(({ text }, i) => theirs[i]?.text !== text);
  const pieces = differs === -1 ? ours.length : differs;
  return { pieces, isWhole: pieces === ours.length && pieces === theirs.length };
}

/** Whether two runs differ in nothing but the attention. */
export function isSameTask(run: Pick<Run, "settings">, other: Pick<Run, "settings">): boolean {
  const task = ({ settings: { attention: _, ...rest } }: Pick<Run, "settings">): string =>
    JSON.stringify(rest);
  return task(run) === task(other);
}
