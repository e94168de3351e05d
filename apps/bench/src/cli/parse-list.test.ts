import { describe, expect, test } from "vitest";
import { parseNumber, parseNumbers, parseWords } from "./parse-list.ts";

describe("parseNumber", () => {
  test.each(["", "x", "1.5", "-1", "5000000000", "NaN"])("refuses %j as a seed", (text) => {
    const parse = parseNumber({ min: 0, max: 2 ** 32 - 1, integer: true });
    expect(() => parse(text)).toThrow("Expected a whole number from 0 to 4294967295");
  });

  test.each(["0", "1", "1.1"])("refuses %s as a quantile", (text) => {
    expect(() => parseNumber({ above: 0, below: 1 })(text)).toThrow(
      `Expected a number above 0 and below 1, got ${text}.`,
    );
  });

  test("takes what is in range", () => {
    expect(parseNumber({ above: 0, below: 1 })("0.75")).toBe(0.75);
  });
});

describe("parseNumbers", () => {
  test("takes numbers between commas", () => {
    expect(parseNumbers({ min: 1 })("1, 20,300")).toEqual([1, 20, 300]);
  });

  test("refuses an empty place", () => {
    expect(() => parseNumbers({ min: 1 })("1,,2")).toThrow("got nothing");
  });
});

describe("parseWords", () => {
  test("takes words between commas", () => {
    expect(parseWords("full, top-k")).toEqual(["full", "top-k"]);
  });
});
