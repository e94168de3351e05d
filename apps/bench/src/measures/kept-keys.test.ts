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
  test("divides each count by the keys that its row sees", () => {
    const sums = keptKeys(chunk, 2);
    expect(sums.keptFractions).toBeCloseTo(1 + 0.5 + 1 + 0.2 + 0.25 + 0.25 + 1 + 1, 6);
    expect(sums.queryHeads).toBe(8);
    expect(sums.unionFractions).toBeCloseTo(1 + 1 + 0.5 + 1, 6);
    expect(sums.kvHeads).toBe(4);
  });

  test("counts value rows over layers and KV heads", () => {
    expect(keptKeys(chunk, 2)).toMatchObject({ valueRowsRead: 16, valueRowsVisible: 18 });
  });

  test("adds up over chunks", () => {
    const sums = keptKeys(chunk, 2);
    expect(addKept(NOTHING_KEPT, sums)).toEqual(sums);
    expect(addKept(sums, sums)).toMatchObject({ valueRowsRead: 32, queryHeads: 16 });
  });
});
