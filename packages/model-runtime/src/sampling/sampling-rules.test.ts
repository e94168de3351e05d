import { describe, expect, test } from "vitest";
import type { SamplingOptions } from "../generate-options.ts";
import { ModelError } from "../model-error.ts";
import { samplingRules } from "./sampling-rules.ts";

function refusal(options: SamplingOptions): unknown {
  try {
    return samplingRules(options, {}, 100);
  } catch (error) {
    return error;
  }
}

describe("samplingRules", () => {
  test("without options every rule is off and the temperature is 0", () => {
    expect(samplingRules({ seed: 1 }, {}, 100)).toEqual({
      temperature: 0,
      topK: 0,
      topP: 1,
      minP: 0,
      repetitionPenalty: 1,
      presencePenalty: 0,
      frequencyPenalty: 0,
      logitBias: new Map(),
      seed: 1,
    });
  });

  test("an option wins over the model's default, which wins over off", () => {
    const defaults = { temperature: 0.8, topP: 0.95 };
    const rules = samplingRules({ temperature: 0 }, defaults, 100);
    expect(rules).toMatchObject({ temperature: 0, topP: 0.95, minP: 0 });
  });

  test("a seed is drawn when none is given", () => {
    const seeds = Array.from({ length: 8 }, () => samplingRules({}, {}, 100).seed);
    expect(new Set(seeds).size).toBeGreaterThan(1);
  });

  test.each<[string, SamplingOptions, string]>([
    ["temperature", { temperature: -0.1 }, "[0, ∞), got -0.1"],
    ["temperature", { temperature: Number.NaN }, "got NaN"],
    ["topK", { topK: 1.5 }, "an integer in [0, ∞), got 1.5"],
    ["topP", { topP: 0 }, "a number in (0, 1], got 0"],
    ["topP", { topP: 1.01 }, "got 1.01"],
    ["minP", { minP: 2 }, "[0, 1], got 2"],
    ["repetitionPenalty", { repetitionPenalty: 0 }, "(0, ∞), got 0"],
    ["presencePenalty", { presencePenalty: 2.5 }, "[-2, 2], got 2.5"],
    ["frequencyPenalty", { frequencyPenalty: -3 }, "[-2, 2], got -3"],
    ["seed", { seed: 2 ** 32 }, "[0, 4294967295], got 4294967296"],
    ["logitBias", { logitBias: new Map([[100, 1]]) }, "[0, 99], got 100"],
    ["logitBias of token 3", { logitBias: new Map([[3, Infinity]]) }, "got Infinity"],
  ])("%s out of range is refused by name: %o", (name, options, text) => {
    const error = refusal(options);
    expect(error).toBeInstanceOf(ModelError);
    expect(error).toMatchObject({ code: "bad-option" });
    expect(String(error)).toContain(name);
    expect(String(error)).toContain(text);
  });

  test("values of another type are refused", () => {
    const fromJson = JSON.parse('{"temperature": "hot", "logitBias": {"3": 1}}') as SamplingOptions;
    const { temperature, logitBias } = fromJson;
    expect(String(refusal({ temperature: temperature! }))).toContain("got hot");
    expect(String(refusal({ logitBias: logitBias! }))).toContain("expected a Map, got object");
  });
});
