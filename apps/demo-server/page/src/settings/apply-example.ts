import { batch } from "@preact/signals";
import type { Example } from "../examples/examples.ts";
import { attention, expected, format, info, prompt, sampling } from "../page-state.ts";
import { attentionDefaults } from "./attention-choice.ts";

/** Puts an example's prompt and settings into the forms; the method and the seed stay. */
export function applyExample(example: Example): void {
  const made = example.create();
  const usual = attentionDefaults(info.peek()?.defaults.attention ?? { kind: "sift" }).warmup;
  batch(() => {
    prompt.value = made.prompt;
    format.value = info.peek()?.hasChatTemplate === false ? "plain" : made.format;
    expected.value = made.expected;
    sampling.value = { ...sampling.peek(), ...made.sampling };
    attention.value = { ...attention.peek(), warmup: made.warmup ?? usual };
  });
}
