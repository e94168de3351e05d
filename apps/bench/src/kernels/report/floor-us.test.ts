import { describe, expect, test } from "vitest";
import { floorUs } from "./floor-us.ts";

const reads = { keysUs: 40, keysAndValuesUs: 70 };

describe("floorUs", () => {
  test.each([
    ["read-keys", 1, 40],
    ["scores", 1, 40],
    ["full", 1, 70],
    ["read-keys-values", 1, 70],
    ["sifted", 0.5, 55],
    ["top-k", 0.25, 47.5],
  ] as const)("%s with union %d takes at least %d µs", (kernel, keptUnion, expected) => {
    expect(floorUs(kernel, keptUnion, reads)).toBe(expected);
  });
});
