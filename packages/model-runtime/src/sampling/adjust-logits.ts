import type { SamplingRules } from "./sampling-rules.ts";

/** Tokens that the penalties know of. */
export interface TokenHistory {
  /** Distinct tokens of the prompt and the generation. */
  readonly seen: ReadonlySet<number>;
  /** How often each token was generated. */
  readonly generated: ReadonlyMap<number, number>;
}

/** Adds the biases and applies the penalties in place: [vocabulary]. */
export function adjustLogits(
  logits: Float32Array,
  rules: SamplingRules,
  history: TokenHistory,
): void {
  for (const [id, bias] of rules.logitBias) logits[id]! += bias;
  if (rules.repetitionPenalty !== 1) penaliseRepetition(logits, rules.repetitionPenalty, history);
  if (rules.presencePenalty === 0 && rules.frequencyPenalty === 0) return;
  for (const [id, count] of history.generated) {
    logits[id]! -= rules.presencePenalty + rules.frequencyPenalty * count;
  }
}

/** CTRL (arXiv 1909.05858), with the sign rule that Hugging Face added: a penalty never helps a token. */
function penaliseRepetition(logits: Float32Array, penalty: number, { seen }: TokenHistory): void {
  for (const id of seen) {
    const logit = logits[id]!;
    logits[id] = logit > 0 ? logit / penalty : logit * penalty;
  }
}
