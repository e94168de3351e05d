import { batch, effect } from "@preact/signals";
import { EXAMPLES } from "../examples/examples.ts";
import { attention, info, sampling } from "../page-state.ts";
import { applyExample } from "./apply-example.ts";
import { attentionDefaults } from "./attention-choice.ts";

/** Fills the forms with the server's defaults and a first example, once, when the server first answers. */
export function adoptDefaults(): void {
  const stop = effect(() => {
    const defaults = info.value?.defaults;
    if (!defaults) return;
    batch(() => {
      attention.value = attentionDefaults(defaults.attention);
      sampling.value = {
        ...sampling.peek(),
        temperature: defaults.temperature,
        topP: defaults.top_p,
        repetitionPenalty: defaults.repetition_penalty,
      };
      const [first] = EXAMPLES;
      if (first) applyExample(first);
    });
    queueMicrotask(() => stop());
  });
}
