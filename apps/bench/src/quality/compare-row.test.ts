import { describe, expect, test } from "vitest";
import { compareRow } from "./compare-row.ts";

const logs = (...probabilities: number[]): Float32Array =>
  Float32Array.from(probabilities, (probability) => Math.log(probability));

describe("compareRow", () => {
  test("of halves against a quarter and three quarters", () => {
    const comparison = compareRow(logs(0.5, 0.5), logs(0.25, 0.75), 0);
    expect(comparison.lossDifference).toBeCloseTo(Math.LN2, 6);
    expect(comparison.divergence).toBeCloseTo(Math.log(4 / 3) / 2, 6);
    expect(comparison.sameTopToken).toBe(false);
  });

  test("a method that predicts the next token better has a negative difference", () => {
    expect(compareRow(logs(0.5, 0.5), logs(0.25, 0.75), 1).lossDifference).toBeLessThan(0);
  });

  test("of equal rows is nothing", () => {
    const row = logs(0.3, 0.7);
    expect(compareRow(row, row, 0)).toEqual({
      lossDifference: 0,
      divergence: 0,
      sameTopToken: true,
    });
  });
});
