import { describe, expect, test } from "vitest";
import { logSpaced } from "./log-spaced.ts";

describe("logSpaced", () => {
  test("spreads whole numbers evenly in their logarithm, ends included", () => {
    expect(logSpaced(1, 1000, 4)).toEqual([1, 10, 100, 1000]);
  });

  test("names no number twice where there are fewer than asked for", () => {
    expect(logSpaced(1, 4, 64)).toEqual([1, 2, 3, 4]);
  });

  test("one number is the last one", () => {
    expect(logSpaced(5, 90, 1)).toEqual([90]);
  });
});
