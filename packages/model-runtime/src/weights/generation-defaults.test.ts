import { describe, expect, test } from "vitest";
import { createJsonFields } from "./config-fields.ts";
import { readSamplingDefaults } from "./generation-defaults.ts";
import { mergeStopTokens } from "./stop-tokens.ts";

const read = (json: Record<string, unknown>) => readSamplingDefaults(createJsonFields("x", json));

describe("readSamplingDefaults", () => {
  test("takes what is there", () => {
    const json = { temperature: 0.7, top_p: 0.9, top_k: 40, min_p: 0.05, repetition_penalty: 1.1 };
    expect(read(json)).toEqual({
      temperature: 0.7,
      topP: 0.9,
      topK: 40,
      minP: 0.05,
      repetitionPenalty: 1.1,
    });
    expect(read({})).toEqual({});
  });

  test("do_sample decides whether there is a temperature", () => {
    expect(read({ do_sample: false, temperature: 0.7 })).toEqual({});
    expect(read({ do_sample: true })).toEqual({ temperature: 1 });
  });

  test.each([
    { temperature: -1 },
    { top_p: 1.1 },
    { top_p: 0 },
    { top_k: 1.5 },
    { min_p: -0.1 },
    { repetition_penalty: 0 },
    { do_sample: "yes" },
  ])("refuses %o", (json) => {
    expect(() => read(json)).toThrow(expect.objectContaining({ code: "bad-config" }));
  });
});

describe("mergeStopTokens", () => {
  test("keeps each id once, in order", () => {
    expect(mergeStopTokens("x", 10, [9, 2], [2], [])).toEqual([2, 9]);
  });

  test("refuses an id outside the vocabulary", () => {
    expect(() => mergeStopTokens("x", 9, [9])).toThrow(
      expect.objectContaining({ code: "bad-config" }),
    );
  });
});
