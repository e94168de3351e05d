import { describe, expect, test } from "vitest";
import { findMethod } from "../methods/methods.ts";
import { generationRow } from "./generation-row.ts";

const drawing = { temperature: 0, seed: 3 };
const task = {
  ...{ text: "t", prompt: [1, 2], tokens: 4, drawings: [drawing], label: "" },
  calibration: { tokens: [], range: { firstPosition: 0, endPosition: 1 }, label: "" },
};
const forced = { divergences: [0.1, 0.3, 0, 0], sameTopTokens: 3 };
const full = { tokens: [5, 6, 7, 8], kept: 1, union: 1, selfLoss: 1, forced };

describe("generationRow", () => {
  const subject = { model: "m", task, drawing };
  const contestant = { method: findMethod("top-k"), quantile: 0.75 };

  test("says where a text leaves full attention's and how far", () => {
    const result = { ...full, tokens: [5, 6, 9, 8], kept: 0.25, union: 0.5, selfLoss: 2 };
    expect(generationRow(subject, contestant, result, full)).toMatchObject({
      firstDifference: 2,
      agreement: 0.75,
      klMean: expect.closeTo(0.1, 12),
      klP99: 0.3,
      top1Agreement: 0.75,
      selfPerplexity: Math.exp(2),
      fullSelfPerplexity: Math.exp(1),
      keptNominal: 0.25,
      keptMean: 0.25,
      keptUnion: 0.5,
      promptTokens: 2,
    });
  });

  test("of the same text has no difference", () => {
    const row = generationRow(subject, contestant, full, full);
    expect(row).toMatchObject({ firstDifference: null, agreement: 1 });
  });
});
