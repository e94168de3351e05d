import type { PrefillRow } from "../report/decode-row.ts";
import { decodePrompt } from "./decode-prompt.ts";
import type { DecodeMeasuring } from "./measure-decode.ts";
import { spreadOf } from "./spread.ts";

const full = { kind: "full" } as const;

/** Prefill speed: whole prompts whose first token is waited for, each one new. */
export async function measurePrefill(
  { opened, settings, signal }: DecodeMeasuring,
  context: number,
): Promise<PrefillRow> {
  const { model, backend } = opened;
  backend.plants = false;
  const contextLength = context + 2;
  const session = await model.createSession({ contextLength, attention: full, reusePrefix: false });
  try {
    const times: number[] = [];
    for (let sample = -1; sample < settings.samples; sample++) {
      const prompt = decodePrompt(context, model.config.vocabularySize, sample + 1);
      const begun = performance.now();
      const generation = session.generate(prompt, { maxTokens: 1, temperature: 0, signal });
      await generation.next();
      if (sample >= 0) times.push(performance.now() - begun);
      await generation.return(undefined as never);
      signal.throwIfAborted();
    }
    return {
      model: opened.name,
      context,
      tokensPerSecond: spreadOf(times.map((ms) => (1000 * context) / ms)),
      firstTokenMs: spreadOf(times),
    };
  } finally {
    session.dispose();
  }
}
