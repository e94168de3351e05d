import { createNormal, createRandom } from "@sift-attention/testing/random";
import { describe, expect, test } from "vitest";
import { quantiseRows } from "./quantise-rows.ts";

const draw = createNormal(createRandom(2));

describe("quantiseRows", () => {
  test("moves no number by more than half a step of its row's scale", () => {
    const rows = Float32Array.from({ length: 40 * 96 }, (_, i) => draw() * 10 ** (i % 7));
    const { numbers, scales } = quantiseRows(rows, 96);
    for (const [i, x] of rows.entries()) {
      const scale = scales[Math.floor(i / 96)]!;
      expect(Math.abs(numbers[i]! * scale - x)).toBeLessThanOrEqual(0.5001 * scale);
    }
  });

  test("makes the greatest number of each row ±127", () => {
    const rows = Float32Array.from([1, -3, 2, 1e30, 4.8e29, 0, -1e-30, 1e-31, 0]);
    const { numbers, scales } = quantiseRows(rows, 3);
    expect([...numbers]).toEqual([42, -127, 85, 127, 61, 0, -127, 13, 0]);
    expect(scales[0]).toBe(Math.fround(3 / 127));
  });

  test("makes rows of zeros, and of numbers too small for a scale, zeros", () => {
    const { numbers, scales } = quantiseRows(Float32Array.from([0, 0, 1e-40, -1e-40]), 2);
    expect([...numbers, ...scales]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test("refuses what has no scale, and rows that are not whole", () => {
    const thrown = (rows: number[], length: number) => {
      try {
        quantiseRows(Float32Array.from(rows), length);
      } catch (error) {
        return error;
      }
      return undefined;
    };
    expect(thrown([1, 2, Number.NaN, 1], 2)).toMatchObject({
      code: "invalid-buffer",
      message: "rows: expected finite numbers, got NaN in row 1",
    });
    expect(thrown([Infinity, 1], 2)).toMatchObject({ code: "invalid-buffer" });
    expect(thrown([1, 2, 3], 2)).toMatchObject({
      code: "invalid-buffer",
      message: "rows: expected a multiple of 2 numbers, got 3",
    });
    expect(thrown([1, 2], 0)).toMatchObject({ code: "invalid-option" });
  });
});
