import { describe, expect, test } from "vitest";
import { addKept, keptKeys, NOTHING_KEPT } from "./kept-keys.ts";

/** Two layers, rows at positions 3 and 4 (4 and 5 keys visible), two query heads on one KV head. */
const chunk = {
  firstPosition: 3,
  rows: 2,
  kept: Float32Array.of(4, 2, 5, 1, 1, 1, 5, 5),
  union: Float32Array.of(4, 5, 2, 5),
};

describe("keptKeys", () => {
  test("divides the counts of a row by the keys that it sees", () => {
    const first = keptKeys(chunk, 2, 0);
    expect(first.keptFractions).toBeCloseTo((4 + 2 + 1 + 1) / 4, 12);
    expect(first.unionFractions).toBeCloseTo((4 + 2) / 4, 12);
    const second = keptKeys(chunk, 2, 1);
    expect(second.keptFractions).toBeCloseTo((5 + 1 + 5 + 5) / 5, 12);
    expect(second.unionFractions).toBeCloseTo((5 + 5) / 5, 12);
  });

  test("counts heads and value rows over all layers", () => {
    expect(keptKeys(chunk, 2, 1)).toMatchObject({
      queryHeads: 4,
      kvHeads: 2,
      valueRowsRead: 10,
      valueRowsVisible: 10,
    });
  });
});

describe("addKept", () => {
  test("adds up rows", () => {
    const [first, second] = [keptKeys(chunk, 2, 0), keptKeys(chunk, 2, 1)];
    expect(addKept(NOTHING_KEPT, first)).toEqual(first);
    expect(addKept(first, second)).toMatchObject({
      queryHeads: 8,
      kvHeads: 4,
      valueRowsRead: 16,
      valueRowsVisible: 18,
    });
  });
});
