import { describe, expect, test } from "vitest";
import { sampleBatch } from "./prompt-sampler.ts";

describe("sampleBatch", () => {
  test("is bounded by the memory for scores", () => {
    expect(sampleBatch(9, 8192)).toBe(48);
    expect(sampleBatch(32, 2 ** 15)).toBe(16);
    expect(sampleBatch(32, 2 ** 17)).toBe(4);
    expect(sampleBatch(32, 2 ** 18)).toBeUndefined();
  });
});
