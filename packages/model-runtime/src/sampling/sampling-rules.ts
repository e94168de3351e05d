import type { SamplingOptions } from "../generate-options.ts";
import { ModelError } from "../model-error.ts";
import { expectNumber } from "./expect-number.ts";

/** Sampling options with every default filled in. */
export type SamplingRules = Required<SamplingOptions>;

const NO_BIAS: ReadonlyMap<number, number> = new Map();

/**
 * Fills in what was left out: from the model's own defaults, else so that the rule is off.
 * @throws ModelError "bad-option" that names the option, its range and the value.
 */
export function samplingRules(
  options: SamplingOptions,
  defaults: SamplingOptions,
  vocabularySize: number,
): SamplingRules {
  const pick = <Name extends keyof SamplingOptions>(name: Name): SamplingOptions[Name] =>
    options[name] ?? defaults[name];
  return {
    temperature: expectNumber("temperature", pick("temperature") ?? 0, { min: 0 }),
    topK: expectNumber("topK", pick("topK") ?? 0, { min: 0, integer: true }),
    topP: expectNumber("topP", pick("topP") ?? 1, { above: 0, max: 1 }),
    minP: expectNumber("minP", pick("minP") ?? 0, { min: 0, max: 1 }),
    repetitionPenalty: expectNumber("repetitionPenalty", pick("repetitionPenalty") ?? 1, {
      above: 0,
    }),
    presencePenalty: expectNumber("presencePenalty", pick("presencePenalty") ?? 0, TWO_EITHER_WAY),
    frequencyPenalty: expectNumber(
      "frequencyPenalty",
      pick("frequencyPenalty") ?? 0,
      TWO_EITHER_WAY,
    ),
    logitBias: expectBias(pick("logitBias") ?? NO_BIAS, vocabularySize),
    seed: expectNumber("seed", pick("seed") ?? randomSeed(), {
      min: 0,
      max: 0xffffffff,
      integer: true,
    }),
  };
}

const TWO_EITHER_WAY = { min: -2, max: 2 };

function expectBias(
  bias: ReadonlyMap<number, number>,
  vocabularySize: number,
): ReadonlyMap<number, number> {
  if (!(bias instanceof Map)) {
    throw new ModelError("bad-option", `logitBias: expected a Map, got ${typeof bias}`);
  }
  for (const [id, value] of bias) {
    expectNumber("logitBias: token id", id, { min: 0, max: vocabularySize - 1, integer: true });
    expectNumber(`logitBias of token ${id}`, value, {});
  }
  return bias;
}

function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}
