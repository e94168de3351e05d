import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { calls } from "../test/random-call.ts";
import { decodeAttention } from "./decode-attention.ts";
import type { DecodeCall } from "./decode-call.ts";
import {
  type DroppedValues,
  lostMassBound,
  meanFillBound,
  renormaliseBound,
} from "./dropped-mass-bound.ts";
import type { DroppedMassRule } from "./keep-rule.ts";
import { euclideanNorm } from "./output-error.ts";

const logThresholds = fc.double({ min: -8, max: 0.5, noNaN: true });

interface HeadError {
  readonly error: number;
  readonly kept: number;
  readonly dropped: DroppedValues;
}

/** What each head of a sifted step really lost, and from which values. */
function headErrors(
  call: DecodeCall,
  logThresholds: number,
  droppedMass: DroppedMassRule,
): HeadError[] {
  const { geometry, contextLength, capacity = contextLength } = call;
  const { queryHeads, kvHeads, headDim } = geometry;
  const full = decodeAttention(call);
  const sifted = decodeAttention({ ...call, rule: { kind: "sift", logThresholds, droppedMass } });
  return Array.from({ length: queryHeads }, (_, head) => {
    const kvStart = Math.floor((head * kvHeads) / queryHeads) * capacity * headDim;
    const difference = Array.from({ length: headDim }, (_, i) => {
      const at = head * headDim + i;
      return sifted.output[at]! - full.output[at]!;
    });
    return {
      error: euclideanNorm(difference),
      kept: sifted.kept[head]!,
      dropped: {
        droppedMass: sifted.droppedMass[head]!,
        values: Array.from(call.values).slice(kvStart, kvStart + contextLength * headDim),
        valueDim: headDim,
      },
    };
  });
}

describe.each([
  ["lostMassBound", "none", lostMassBound, 0],
  ["meanFillBound", "mean-value", meanFillBound, 0],
  ["renormaliseBound", "renormalise", renormaliseBound, 1],
] as const)("%s", (_, rule, bound, leastKept) => {
  test("is never under the error of any head", () => {
    fc.assert(
      fc.property(calls, logThresholds, (call, logThreshold) => {
        for (const { error, kept, dropped } of headErrors(call, logThreshold, rule)) {
          if (kept >= leastKept) expect(error).toBeLessThanOrEqual(bound(dropped) + 1e-13);
        }
      }),
    );
  });

  test("is 0 when nothing was dropped", () => {
    expect(bound({ droppedMass: 0, values: [1, 2, 3, 4], valueDim: 2 })).toBe(0);
  });
});

describe("bounds by dropped mass", () => {
  const values = [3, 4, 0, 0]; // two rows of lengths 5 and 0, each 2.5 from their mean

  test("are d times the longest value, or the longest distance from the mean, or twice that", () => {
    expect(lostMassBound({ droppedMass: 0.5, values, valueDim: 2 })).toBe(2.5);
    expect(meanFillBound({ droppedMass: 0.5, values, valueDim: 2 })).toBe(1.25);
    expect(renormaliseBound({ droppedMass: 0.5, values, valueDim: 2 })).toBe(2.5);
  });

  test.each([
    ["lostMassBound", "none", lostMassBound],
    ["meanFillBound", "mean-value", meanFillBound],
    ["renormaliseBound", "renormalise", renormaliseBound],
  ] as const)("%s is reached by two keys of which the lighter is dropped", (_, rule, bound) => {
    const call: DecodeCall = {
      geometry: { queryHeads: 1, kvHeads: 1, headDim: 2 },
      contextLength: 2,
      query: [1, 0],
      keys: [0, 0, 4, 0],
      values,
    };
    const { error, kept, dropped } = headErrors(call, Math.log(0.5), rule)[0]!;
    expect(kept).toBe(1);
    expect(error).toBeGreaterThan(0.1);
    expect(error).toBeCloseTo(bound(dropped), 14);
  });

  test("refuse values that are no whole rows", () => {
    const wrong = () => lostMassBound({ droppedMass: 0.1, values: [1, 2, 3], valueDim: 2 });
    expect(wrong).toThrow("values: expected rows of 2 numbers, got 3 numbers");
  });
});
