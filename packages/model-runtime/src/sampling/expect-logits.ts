import { ModelError } from "../model-error.ts";

/** @throws ModelError "bad-logits" at the first number of [vocabulary] that is not finite. */
export function expectLogits(logits: Float32Array): void {
  for (let id = 0; id < logits.length; id++) {
    if (Number.isFinite(logits[id]!)) continue;
    throw new ModelError(
      "bad-logits",
      `logits: expected finite numbers, got ${logits[id]} for token ${id}; the weights or the activations overflow`,
    );
  }
}
