import { describe, expect, test } from "vitest";
import { perplexity, perplexityRatio } from "./perplexity.ts";

describe("perplexity", () => {
  test("of a uniform guess over 8 tokens is 8", () => {
    expect(perplexity([Math.log(8), Math.log(8)])).toBeCloseTo(8, 13);
  });

  test("refuses an empty text", () => {
    expect(() => perplexity([])).toThrow("expected at least one token");
  });
});

describe("perplexityRatio", () => {
  const baseline = [2, 0.5, 3, 1];
  const candidate = [2.1, 0.5, 3.3, 1];

  test("is the quotient of both perplexities", () => {
    const { ratio } = perplexityRatio(candidate, baseline);
    expect(ratio).toBeCloseTo(perplexity(candidate) / perplexity(baseline), 14);
    expect(perplexityRatio(baseline, baseline)).toEqual({ ratio: 1, standardError: 0 });
  });

  test("its error comes from the paired differences 0.1, 0, 0.3, 0", () => {
    // mean 0.1, squared deviations 0 + 0.01 + 0.04 + 0.01 = 0.06, variance 0.06 / 3 = 0.02.
    const { ratio, standardError } = perplexityRatio(candidate, baseline);
    expect(standardError).toBeCloseTo(ratio * Math.sqrt(0.02 / 4), 13);
  });

  test("has no error to tell from one token, and refuses none or different counts", () => {
    expect(perplexityRatio([1], [1]).standardError).toBeNaN();
    expect(() => perplexityRatio([], [])).toThrow("expected at least one token");
    expect(() => perplexityRatio([1], [1, 2])).toThrow("baseline: expected [1]");
  });
});
