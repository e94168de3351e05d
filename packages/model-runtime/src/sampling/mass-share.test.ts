import { describe, expect, test } from "vitest";
import { massShare, nucleusShare, toShare } from "./mass-share.ts";

describe("massShare", () => {
  test("is the whole part of the product, where a float64 product would be rounded up", () => {
    const total = 2 ** 53 - 3;
    const uniform = 0.75;
    expect(total * uniform).toBe(6755399441055742);
    expect(massShare(total, toShare(uniform))).toBe(6755399441055741);
    expect(massShare(total, toShare(0))).toBe(0);
    expect(massShare(10, toShare(0.5))).toBe(5);
  });
});

describe("nucleusShare", () => {
  test("ends below the token that brings the mass to p", () => {
    expect(massShare(10, nucleusShare(0.5))).toBe(4);
    expect(massShare(10, nucleusShare(0.51))).toBe(5);
    expect(massShare(10, nucleusShare(1e-300))).toBe(0);
  });
});
