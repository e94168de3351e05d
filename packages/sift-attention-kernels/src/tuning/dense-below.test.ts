import { describe, expect, test } from "vitest";
import { crossoverContexts, denseBelow } from "./dense-below.ts";

function ratios(...numbers: number[]) {
  return numbers.map((ratio, i) => ({ keys: 256 * 2 ** i, ratio }));
}

describe("crossoverContexts", () => {
  test.each([
    [100, [100]],
    [256, [256]],
    [257, [256, 257]],
    [2000, [256, 512, 1024, 2000]],
  ])("up to %i is %o", (longest, contexts) => {
    expect(crossoverContexts(longest)).toEqual(contexts);
  });
});

describe("denseBelow", () => {
  test("is the first step of those from which on sifting is always faster", () => {
    expect(denseBelow(ratios(1.4, 1.1, 0.9, 0.7))).toBe(1024);
    expect(denseBelow(ratios(1.4, 0.9, 1.01, 0.7))).toBe(2048);
  });

  test("is 0 when sifting is faster everywhere", () => {
    expect(denseBelow(ratios(0.9, 0.8))).toBe(0);
  });

  test("is beyond the largest step when sifting is faster nowhere", () => {
    expect(denseBelow(ratios(1.2, 1))).toBe(513);
  });
});
