import type { SamplingRules } from "./sampling-rules.ts";

/** The numbers that logits are adjusted with: f32, finite, so that a GPU computes the same. */
export interface Float32Rules {
  /** Factor of negative logits of tokens that were seen, in [2^-100, 2^100]. */
  readonly penalty: number;
  /** Factor of positive ones: 1 / penalty. */
  readonly relief: number;
  readonly presence: number;
  readonly frequency: number;
}

const greatest = (2 - 2 ** -23) * 2 ** 127;
const greatestPenalty = 2 ** 100;

/** The nearest finite f32. */
export function finiteFloat32(value: number): number {
  return Math.fround(Math.min(greatest, Math.max(-greatest, value)));
}

/** The penalties of the rules as f32. */
export function float32Rules(rules: SamplingRules): Float32Rules {
  const { repetitionPenalty, presencePenalty, frequencyPenalty } = rules;
  const penalty = Math.fround(
    Math.min(greatestPenalty, Math.max(1 / greatestPenalty, repetitionPenalty)),
  );
  return {
    penalty,
    relief: Math.fround(1 / penalty),
    presence: Math.fround(presencePenalty),
    frequency: Math.fround(frequencyPenalty),
  };
}
