import { describe, expect, test } from "vitest";
import { mostParts, partCount, partPitch } from "./part-count.ts";

function partsOf(keys: number, chunk: number, rows: number): number {
  return partCount(keys, chunk, partPitch(528, rows, 1));
}

describe("partCount", () => {
  test("fills the waves best: 528 workgroups over 8 rows are 66 parts each", () => {
    expect(partsOf(131072, 32, 8)).toBe(66);
  });

  test("takes more waves where one would leave workgroups idle", () => {
    expect(partsOf(1e6, 32, 300)).toBe(5);
  });

  test("stays with one wave that is nearly full: 528 workgroups over 32 rows are 16 parts each", () => {
    expect(partsOf(131072, 32, 32)).toBe(16);
  });

  test("has no part without keys", () => {
    expect(partsOf(33, 32, 8)).toBe(2);
    expect(partsOf(1, 32, 999)).toBe(1);
  });
});

describe("mostParts", () => {
  test("is what the step of one to all sequences needs that needs most", () => {
    const each = [1, 2, 3].map((sequences) => partPitch(264, 8, sequences) * 8 * sequences);
    expect(mostParts(264, 8, 3)).toBe(Math.max(...each));
  });
});
