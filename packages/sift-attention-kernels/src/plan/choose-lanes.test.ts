import { describe, expect, test } from "vitest";
import { chooseLanes, possibleLanes } from "./choose-lanes.ts";

const wide = { subgroupSize: 32, nativeF16: false } as const;

function lanesOf(headDim: number, group: number, kvType: "f16" | "f32" = "f16"): number {
  return chooseLanes({ queryHeads: group, kvHeads: 1, headDim }, kvType, wide);
}

describe("chooseLanes", () => {
  test("is sixteen for 128 dimensions of f16, as measured", () => {
    expect(lanesOf(128, 4)).toBe(16);
    expect(lanesOf(128, 1)).toBe(16);
  });

  test("leaves no lane idle where a row is shorter", () => {
    expect(lanesOf(64, 3)).toBe(8);
    expect(lanesOf(32, 4)).toBe(4);
    expect(lanesOf(64, 4, "f32")).toBe(16);
  });

  test("takes more lanes where one lane's sums would be spilled", () => {
    expect(lanesOf(256, 8)).toBe(32);
    expect(lanesOf(256, 1)).toBe(16);
  });

  test("stays inside the subgroups", () => {
    for (const subgroupSize of [4, 8, 16, 32, 64] as const) {
      const variant = { ...wide, subgroupSize };
      const lanes = chooseLanes({ queryHeads: 8, kvHeads: 1, headDim: 256 }, "f32", variant);
      expect(lanes).toBeLessThanOrEqual(subgroupSize);
      expect(possibleLanes(variant)).toContain(lanes);
    }
  });
});
