import { createNormal, createRandom } from "@sift-attention/testing/random";

/** A score for each key. */
export type ScoreRule = (key: number, keys: number) => number;

const draw = createNormal(createRandom(11));

/** Ways that scores can lie, each hard for a selection in its own way. */
export const scoreRules: Readonly<Record<string, ScoreRule>> = {
  normal: () => 2 * draw(),
  "all equal": () => -1.25,
  "many ties": () => Math.round(2 * draw()) / 2,
  "both zeros": (key) => [0, -0, 1, -1, 0, -0][(key * 7) % 6]!,
  "hardly apart": () => 3 + draw() * 2 ** -20,
  "far apart": () => draw() * 10 ** (6 * draw()),
  "one heavy key": (key, keys) => (key === keys >> 1 ? 900 : draw()),
  subnormal: () => draw() * 2 ** -135,
  ascending: (key) => key / 8,
};

/** Scores of one head by a rule. */
export function scoresOf(rule: ScoreRule, keys: number): Float32Array {
  return Float32Array.from({ length: keys }, (_, key) => rule(key, keys));
}
