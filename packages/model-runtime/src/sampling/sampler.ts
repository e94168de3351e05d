import { adjustLogits } from "./adjust-logits.ts";
import { expectLogits } from "./expect-logits.ts";
import { likelyTokens, truncatesNothing } from "./likely-tokens.ts";
import { massShare, toShare } from "./mass-share.ts";
import type { SamplingRules } from "./sampling-rules.ts";
import { exponentOf, exponentScale, weightOf } from "./token-weight.ts";

/** Draws the tokens of one generation and remembers them for the penalties. */
export interface Sampler {
  /**
   * The next token. `logits` [vocabulary] stay as they are; `uniform` in [0, 1) decides, and is unused at temperature 0.
   * @throws ModelError "bad-logits" when one is not finite.
   */
  next(logits: Float32Array, uniform: number): number;
}

/**
 * The rules apply in Hugging Face's order: bias, repetition penalty (prompt and generation), presence and frequency
 * penalties (generation only), temperature, top-k, top-p, min-p; then one draw. At temperature 0 the largest adjusted
 * logit wins, of equal ones the lowest id. `generated` are tokens drawn before, by another sampler of the same rules.
 * A token of less than 2^-32 of the likeliest one's probability is never drawn.
 */
export function createSampler(
  rules: SamplingRules,
  vocabularySize: number,
  prompt: readonly number[],
  generated: readonly number[] = [],
): Sampler {
  const seen = new Set(prompt);
  const counts = new Map<number, number>();
  const note = (id: number): void => {
    seen.add(id);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  };
  for (const id of generated) note(id);
  const adjusted = new Float32Array(vocabularySize);
  const weights = new Uint32Array(rules.temperature === 0 ? 0 : vocabularySize);
  const everyId = Int32Array.from(weights, (_, id) => id);
  const draw = (uniform: number): number =>
    pick(
      truncatesNothing(rules) ? everyId : likelyTokens({ logits: adjusted, weights }, rules),
      weights,
      uniform,
    );
  return {
    next(logits, uniform) {
      expectLogits(logits);
      adjusted.set(logits);
      adjustLogits(adjusted, rules, { seen, generated: counts });
      const best = largest(adjusted);
      if (rules.temperature > 0) weigh(weights, adjusted, adjusted[best]!, rules.temperature);
      const id = rules.temperature > 0 ? draw(uniform) : best;
      note(id);
      return id;
    },
  };
}

/** Index of the largest number; of equal ones the lowest. */
function largest(logits: Float32Array): number {
  let best = 0;
  for (let id = 1; id < logits.length; id++) if (logits[id]! > logits[best]!) best = id;
  return best;
}

/** weights = exp((logits − maximum) / temperature) in units of 2^-31: probabilities up to a factor. */
function weigh(
  weights: Uint32Array,
  logits: Float32Array,
  maximum: number,
  temperature: number,
): void {
  const scale = exponentScale(temperature);
  for (let id = 0; id < weights.length; id++) {
    weights[id] = weightOf(exponentOf(logits[id]!, maximum, scale));
  }
}

/** The token in whose share of the mass the uniform number falls. */
function pick(ids: ArrayLike<number>, weights: Uint32Array, uniform: number): number {
  let total = 0;
  for (let i = 0; i < ids.length; i++) total += weights[ids[i]!]!;
  const position = massShare(total, toShare(uniform));
  let mass = 0;
  for (let i = 0; i < ids.length; i++) {
    mass += weights[ids[i]!]!;
    if (mass > position) return ids[i]!;
  }
  return ids[0]!;
}
