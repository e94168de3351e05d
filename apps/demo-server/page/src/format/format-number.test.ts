import { describe, expect, test } from "vitest";
import { formatBytes, formatPercent, formatRate, formatWeight } from "./format-number.ts";

const plain = (text: string): string => text.replaceAll("\u00a0", " ");

describe("formatPercent", () => {
  test.each([
    [0, "0 %"],
    [0.00004, "< 0.01 %"],
    [0.0123, "1.23 %"],
    [0.256, "25.6 %"],
    [1, "100 %"],
    [undefined, "–"],
    [Number.NaN, "–"],
  ])("%s is %s", (fraction, text) => {
    expect(plain(formatPercent(fraction))).toBe(text);
  });
});

describe("formatBytes", () => {
  test.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.00 kB"],
    [98_304, "98.3 kB"],
    [123_456_789, "123 MB"],
    [undefined, "–"],
  ])("%s is %s", (bytes, text) => {
    expect(plain(formatBytes(bytes))).toBe(text);
  });
});

describe("formatRate", () => {
  test("gives a decimal only below 100", () => {
    expect([formatRate(41.26), formatRate(212.7), formatRate(Number.POSITIVE_INFINITY)]).toEqual([
      "41.3",
      "213",
      "–",
    ]);
  });
});

describe("formatWeight", () => {
  test("writes small weights with an exponent", () => {
    expect([formatWeight(0.01234), formatWeight(0.000012), formatWeight(0)]).toEqual([
      "0.0123",
      "1.2e−5",
      "0",
    ]);
  });
});
