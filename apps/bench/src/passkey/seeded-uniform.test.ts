import { describe, expect, test } from "vitest";
import { seededUniform } from "./seeded-uniform.ts";

function draw(seed: string, count: number): number[] {
  const random = seededUniform(seed);
  return Array.from({ length: count }, () => random());
}

describe("seededUniform", () => {
  test("repeats itself for the same seed and not for another", () => {
    expect(draw("a", 5)).toEqual(draw("a", 5));
    expect(draw("a", 5)).not.toEqual(draw("b", 5));
  });

  test("fills [0, 1) evenly", () => {
    const numbers = draw("even", 2000);
    const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.03);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
  });
});
