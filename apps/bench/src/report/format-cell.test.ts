import { describe, expect, test } from "vitest";
import { percent, short, withError } from "./format-cell.ts";

describe("short", () => {
  test.each([
    [0, "0"],
    [0.00003162, "3.2e-5"],
    [0.00045, "0.00045"],
    [0.0921, "0.092"],
    [1.04, "1.0"],
    [23.4, "23"],
    [8191, "8191"],
  ])("%d is %s", (value, text) => {
    expect(short(value)).toBe(text);
  });
});

describe("percent", () => {
  test("has one digit, and nothing for nothing", () => {
    expect(percent(0.98765)).toBe("98.8 %");
    expect(percent(null)).toBe("");
  });
});

describe("withError", () => {
  test("gives four digits of both", () => {
    expect(withError(1.00123, 0.0004)).toBe("1.0012 ± 0.0004");
  });
});
