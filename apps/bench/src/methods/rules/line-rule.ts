import type { ChooseKeys } from "@sift-attention/model-runtime";

/** Chooses the keys of one query head by its scores alone: scores [count], kept [count] all 0 at first. */
export type LineRule = (scores: Float32Array, kept: Uint8Array) => void;

/** The same rule for each head of each layer. */
export function eachLine(rule: LineRule): ChooseKeys {
  return ({ scores, kept }) => {
    for (const [g, line] of scores.entries()) rule(line, kept[g]!);
  };
}
