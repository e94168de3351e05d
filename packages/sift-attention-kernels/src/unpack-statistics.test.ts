import { describe, expect, test } from "vitest";
import { unpackStatistics } from "./unpack-statistics.ts";

const bitsOf = (value: number) => new Uint32Array(Float32Array.of(value).buffer)[0]!;

describe("unpackStatistics", () => {
  test("reads counts as counts and masses as floats, of a view into a larger array too", () => {
    const words = Uint32Array.of(9, 3, 7, bitsOf(0.25), bitsOf(-2.5), 1, 1, 0, bitsOf(4));
    expect(unpackStatistics(words.subarray(1))).toEqual([
      { kept: 3, unionKept: 7, droppedMass: 0.25, logSumExp: -2.5 },
      { kept: 1, unionKept: 1, droppedMass: 0, logSumExp: 4 },
    ]);
  });

  test("refuses half a head", () => {
    expect(() => unpackStatistics(new Uint32Array(6))).toThrow(
      expect.objectContaining({ code: "invalid-buffer" }),
    );
  });
});
