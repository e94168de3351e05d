import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { calls, randomCall } from "../test/random-call.ts";
import { type DecodeResult, decodeAttention } from "./decode-attention.ts";
import type { DecodeCall } from "./decode-call.ts";
import type { DroppedMassRule } from "./keep-rule.ts";
import { createKeptSet, isKept, keepKey, keptKeys } from "./kept-set.ts";
import { maxAbsDifference } from "./output-error.ts";
import { float32Ulp, roundingBound } from "./rounding-bound.ts";

const call = randomCall({
  kvHeads: 2,
  groupSize: 2,
  headDim: 32,
  contextLength: 257,
  spare: 0,
  seed: 5,
});

/** The oracle and the float32 twin of a sift step, both over the keys that the oracle keeps. */
function twins(of: DecodeCall, droppedMass: DroppedMassRule): [DecodeResult, DecodeResult] {
  const rule = { kind: "sift", logThresholds: -7, droppedMass } as const;
  const oracle = decodeAttention({ ...of, rule });
  const given = { kind: "given", keptSet: oracle.keptSet, droppedMass } as const;
  return [oracle, decodeAttention({ ...of, rule: given, precision: "f32" })];
}

/** The float32 output with the sums over keys run from the last to the first: an honest kernel. */
function backwards(of: DecodeCall): Float32Array {
  const { geometry, contextLength } = of;
  const flip = (rows: ArrayLike<number>) =>
    Float64Array.from(rows, (_, i) => {
      const row = Math.floor(i / geometry.headDim);
      const head = Math.floor(row / contextLength);
      const opposite = head * contextLength + contextLength - 1 - (row % contextLength);
      return rows[opposite * geometry.headDim + (i % geometry.headDim)]!;
    });
  const flipped = decodeAttention({
    ...of,
    keys: flip(of.keys),
    values: flip(of.values),
    precision: "f32",
  });
  return Float32Array.from(flipped.output);
}

describe("float32Ulp", () => {
  test("is 2^−23 at 1, doubles at the next power of two and is 2^−149 at 0", () => {
    expect(float32Ulp(1)).toBe(2 ** -23);
    expect(float32Ulp(-1.999)).toBe(2 ** -23);
    expect(float32Ulp(2)).toBe(2 ** -22);
    expect(float32Ulp(0)).toBe(2 ** -149);
  });
});

describe("decodeAttention in float32", () => {
  test("gives float32 numbers only", () => {
    fc.assert(
      fc.property(calls, (call) => {
        const { output, scores, weights, logSumExp } = decodeAttention({
          ...call,
          precision: "f32",
        });
        for (const numbers of [output, scores, weights, logSumExp]) {
          expect(numbers).toEqual(Float64Array.from(Float32Array.from(numbers)));
        }
      }),
    );
  });

  test("differs from the oracle, by no more than float32 sums of this length may", () => {
    for (const droppedMass of ["none", "renormalise", "mean-value"] as const) {
      const [oracle, twin] = twins(call, droppedMass);
      const error = maxAbsDifference(oracle.output, twin.output);
      expect(error).toBeGreaterThan(0);
      expect(error).toBeLessThan(257 * 2 ** -23);
    }
  });

  test("rounds the bias and thresholds too", () => {
    const bias = Float64Array.from({ length: 4 * 257 }, (_, i) => Math.sin(i));
    const full = decodeAttention({ ...call, bias, precision: "f32" });
    expect(full.scores).toEqual(Float64Array.from(Float32Array.from(full.scores)));
    const rule = { kind: "sift", logThresholds: full.logWeights[7]! + 1e-12 } as const;
    const { keptSet } = decodeAttention({ ...call, bias, rule, precision: "f32" });
    expect(isKept(keptSet, 0, 7)).toBe(true);
  });

  test("rounds inputs too: numbers beyond float32 give what their float32 neighbours give", () => {
    const blurred = (numbers: ArrayLike<number>) =>
      Float64Array.from(numbers, (x) => x + Math.abs(x) * 1e-9);
    const rough = { ...call, keys: blurred(call.keys), query: blurred(call.query) };
    expect(decodeAttention({ ...rough, precision: "f32" })).toEqual(
      decodeAttention({ ...call, precision: "f32" }),
    );
  });
});

describe("roundingBound", () => {
  test("is twice the float32 error plus 4 ulp of the largest number", () => {
    expect(roundingBound([1, -3], [1, -3])).toBe(4 * float32Ulp(3));
    expect(roundingBound([1, -3], [1.5, -3])).toBe(2 * 0.5 + 4 * float32Ulp(3));
  });

  test("lets honest float32 arithmetic in another order pass", () => {
    const oracle = decodeAttention(call).output;
    const twin = decodeAttention({ ...call, precision: "f32" }).output;
    expect(maxAbsDifference(oracle, backwards(call))).toBeLessThanOrEqual(
      roundingBound(oracle, twin),
    );
  });

  test.each(["none", "renormalise", "mean-value"] as const)(
    "catches the lightest kept key left out under %s",
    (droppedMass) => {
      const [oracle, twin] = twins(call, droppedMass);
      const planted = createKeptSet(oracle.keptSet.heads, call.contextLength);
      for (let head = 0; head < planted.heads; head++) {
        const keys = keptKeys(oracle.keptSet, head);
        const weight = (key: number) => oracle.weights[head * call.contextLength + key]!;
        const lightest = keys.reduce((a, b) => (weight(b) < weight(a) ? b : a));
        for (const key of keys) if (key !== lightest) keepKey(planted, head, key);
      }
      const rule = { kind: "given", keptSet: planted, droppedMass } as const;
      const error = maxAbsDifference(oracle.output, decodeAttention({ ...call, rule }).output);
      expect(error).toBeGreaterThan(10 * roundingBound(oracle.output, twin.output));
    },
  );

  test("is NaN, which no error is under, when the oracle is not finite", () => {
    expect(roundingBound([Number.NaN], [1])).toBeNaN();
    expect(roundingBound([Number.POSITIVE_INFINITY], [1])).toBeNaN();
  });
});
