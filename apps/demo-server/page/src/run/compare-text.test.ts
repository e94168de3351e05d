import { describe, expect, test } from "vitest";
import type { GenerationSettings } from "../api/generation-request.ts";
import { compareText, isSameTask } from "./compare-text.ts";

const written = (...texts: string[]) => ({ pieces: texts.map((text) => ({ text })) });

describe("compareText", () => {
  test("counts the leading pieces that are alike", () => {
    expect(compareText(written("a", "b", "c"), written("a", "b", "x", "c"))).toEqual({
      pieces: 2,
      isWhole: false,
    });
  });

  test("a text that stopped early is alike but not whole", () => {
    expect(compareText(written("a"), written("a", "b"))).toEqual({ pieces: 1, isWhole: false });
    expect(compareText(written("a", "b"), written("a"))).toEqual({ pieces: 1, isWhole: false });
  });

  test("equal texts are whole", () => {
    expect(compareText(written("a", "b"), written("a", "b"))).toEqual({ pieces: 2, isWhole: true });
  });
});

describe("isSameTask", () => {
  const settings: GenerationSettings = {
    model: "m",
    format: "plain",
    prompt: "Once",
    attention: { kind: "full" },
    sampling: { temperature: 0, topP: 1, maxTokens: 8, seed: 1, repetitionPenalty: 1 },
  };

  test("the method may differ, nothing else may", () => {
    const sifted = { ...settings, attention: { kind: "sift" } as const };
    expect(isSameTask({ settings }, { settings: sifted })).toBe(true);
    expect(isSameTask({ settings }, { settings: { ...settings, prompt: "Twice" } })).toBe(false);
    const reseeded = { ...settings, sampling: { ...settings.sampling, seed: 2 } };
    expect(isSameTask({ settings }, { settings: reseeded })).toBe(false);
  });
});
