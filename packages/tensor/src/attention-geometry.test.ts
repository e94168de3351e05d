import { describe, expect, test } from "vitest";
import { type AttentionGeometry, expectGeometry, groupSize } from "./attention-geometry.ts";
import { TensorError } from "./tensor-error.ts";

const grouped: AttentionGeometry = { queryHeads: 8, kvHeads: 2, headDim: 64 };

describe("groupSize", () => {
  test("is 1 for MHA, all query heads for MQA, their quotient for GQA", () => {
    expect(groupSize({ ...grouped, kvHeads: 8 })).toBe(1);
    expect(groupSize({ ...grouped, kvHeads: 1 })).toBe(8);
    expect(groupSize(grouped)).toBe(4);
  });
});

describe("expectGeometry", () => {
  test("lets MHA, GQA and MQA pass", () => {
    for (const kvHeads of [1, 2, 4, 8]) {
      expect(expectGeometry({ ...grouped, kvHeads })).toBeUndefined();
    }
  });

  test("refuses query heads that do not divide over the KV heads", () => {
    expect(() => expectGeometry({ ...grouped, kvHeads: 3 })).toThrow(
      new TensorError("invalid-geometry", "queryHeads: expected a multiple of kvHeads = 3, got 8"),
    );
  });

  test.each([
    ["queryHeads", 0],
    ["kvHeads", -2],
    ["headDim", 1.5],
    ["headDim", Number.NaN],
  ])("refuses %s = %d and says so", (name, count) => {
    expect(() => expectGeometry({ ...grouped, [name]: count })).toThrow(
      new TensorError(
        "invalid-geometry",
        `${name}: expected a whole number of at least 1, got ${count}`,
      ),
    );
  });
});
