import { expect, test } from "vitest";
import { evenlySpaced } from "./evenly-spaced.ts";

test("evenlySpaced spreads positions over a range and ends with its last", () => {
  expect(evenlySpaced({ firstPosition: 10, endPosition: 30 }, 4)).toEqual([14, 19, 24, 29]);
  expect(evenlySpaced({ firstPosition: 5, endPosition: 8 }, 9)).toEqual([5, 6, 7]);
  expect(evenlySpaced({ firstPosition: 5, endPosition: 8 }, 0)).toEqual([]);
});
