import { describe, expect, test } from "vitest";
import { createRandom, nextWord, type RandomState } from "./random.ts";

describe("nextWord", () => {
  test("gives the words of the authors' xoshiro128starstar.c 1.1 from the state 1, 2, 3, 4", () => {
    const state: RandomState = [1, 2, 3, 4];
    expect(Array.from({ length: 10 }, () => nextWord(state))).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597,
      4258142804,
    ]);
  });
});

describe("createRandom", () => {
  test("repeats itself for a seed and differs for its neighbour", () => {
    const take = (seed: number): number[] => {
      const random = createRandom(seed);
      return Array.from({ length: 20 }, random);
    };
    expect(take(7)).toEqual(take(7));
    expect(take(7)).not.toEqual(take(8));
    expect(new Set([0, 1, 2 ** 31, 2 ** 32 - 1].map((seed) => take(seed)[0])).size).toBe(4);
  });

  test("is uniform on [0, 1): chi-square over 100 cells of 100,000 numbers", () => {
    const random = createRandom(2025);
    const cells = new Array<number>(100).fill(0);
    for (let i = 0; i < 100_000; i++) cells[Math.floor(random() * 100)]!++;
    const chiSquare = cells.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    // 99 degrees of freedom: the 0.1 % and 99.9 % points.
    expect(chiSquare).toBeGreaterThan(61.1);
    expect(chiSquare).toBeLessThan(148.2);
  });
});
