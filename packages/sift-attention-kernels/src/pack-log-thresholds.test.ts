import { describe, expect, test } from "vitest";
import { packLogThresholds } from "./pack-log-thresholds.ts";
import { resolveOptions } from "./resolve-options.ts";

const options = resolveOptions(
  {
    geometry: { queryHeads: 2, kvHeads: 1, headDim: 32 },
    kvType: "f32",
    slots: 2,
    capacity: 100,
  },
  {},
);

describe("packLogThresholds", () => {
  test("copies the thresholds of one or more sequences, both infinities included", () => {
    const given = [-5, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0.1];
    expect([...packLogThresholds(options, given)]).toEqual([...Float32Array.from(given)]);
    expect(packLogThresholds(options, Float32Array.of(-1, -2))).toHaveLength(2);
  });

  test.each([0, 1, 3, 6])("refuses %i thresholds for up to two sequences of two heads", (count) => {
    expect(() => packLogThresholds(options, new Float32Array(count))).toThrow(
      expect.objectContaining({
        code: "invalid-threshold",
        message: `logThresholds: expected [1 to 2, 2], got ${count} numbers`,
      }),
    );
  });

  test("refuses NaN, and names it", () => {
    expect(() => packLogThresholds(options, [-1, Number.NaN])).toThrow(
      expect.objectContaining({
        code: "invalid-threshold",
        message: expect.stringMatching(/^logThresholds\[1\]: expected a number, got NaN/),
      }),
    );
  });
});
