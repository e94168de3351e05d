import { describe, expect, test } from "vitest";
import { adjustLogits } from "./adjust-logits.ts";
import { samplingRules } from "./sampling-rules.ts";

const history = {
  seen: new Set([0, 1, 2]),
  generated: new Map([
    [1, 1],
    [2, 3],
  ]),
};

function adjusted(options: Parameters<typeof samplingRules>[0]): number[] {
  const logits = Float32Array.of(4, -4, 2, 1);
  adjustLogits(logits, samplingRules(options, {}, 4), history);
  return [...logits];
}

describe("adjustLogits", () => {
  test("changes nothing when every rule is off", () => {
    expect(adjusted({})).toEqual([4, -4, 2, 1]);
  });

  test("the repetition penalty divides positive and multiplies negative logits of prompt and generation, once", () => {
    expect(adjusted({ repetitionPenalty: 2 })).toEqual([2, -8, 1, 1]);
  });

  test("the presence penalty counts a generated token once, and leaves the prompt alone", () => {
    expect(adjusted({ presencePenalty: 0.5 })).toEqual([4, -4.5, 1.5, 1]);
  });

  test("the frequency penalty counts every occurrence", () => {
    expect(adjusted({ frequencyPenalty: 0.5 })).toEqual([4, -4.5, 0.5, 1]);
  });

  test("biases come before the repetition penalty", () => {
    expect(adjusted({ logitBias: new Map([[1, 8]]), repetitionPenalty: 2 })[1]).toBe(2);
  });
});
