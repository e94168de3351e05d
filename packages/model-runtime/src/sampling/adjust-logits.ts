import { finiteFloat32, float32Rules } from "./float32-rules.ts";
import type { SamplingRules } from "./sampling-rules.ts";

/** Tokens that the penalties know of. */
export interface TokenHistory {
  /** Distinct tokens of the prompt and the generation. */
  readonly seen: ReadonlySet<number>;
  /** How often each token was generated. */
  readonly generated: ReadonlyMap<number, number>;
}

/** Adds the biases and applies the penalties in place: [vocabulary]. Every operation is one of f32, rounded to nearest. */
export function adjustLogits(
  logits: Float32Array,
  rules: SamplingRules,
  history: TokenHistory,
): void {
  const { penalty, relief, presence, frequency } = float32Rules(rules);
  for (const [id, bias] of rules.logitBias) logits[id]! += finiteFloat32(bias);
  if (penalty !== 1) penaliseRepetition(logits, history.seen, { penalty, relief });
  if (presence === 0 && frequency === 0) return;
  for (const [id, count] of history.generated) {
    logits[id]! -= Math.fround(presence + Math.fround(frequency * count));
  }
}

/** CTRL (arXiv 1909.05858), with the sign rule that Hugging Face added: a penalty never helps a token. */
function penaliseRepetition(
  logits: Float32Array,
  seen: ReadonlySet<number>,
  { penalty, relief }: { readonly penalty: number; readonly relief: number },
): void {
  for (const id of seen) {
    const logit = logits[id]!;
    logits[id] = logit * (logit > 0 ? relief : penalty);
  }
}
