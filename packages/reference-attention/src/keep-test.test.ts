import { describe, expect, test } from "vitest";
import { type DecodeResult, decodeAttention } from "./decode-attention.ts";
import type { KeepRule } from "./keep-rule.ts";
import { keptKeys } from "./kept-set.ts";

/** One head of one dimension whose scores are the keys themselves and whose values count 1, 2, 3, … */
function attend(scores: readonly number[], rule: KeepRule): DecodeResult {
  return decodeAttention({
    geometry: { queryHeads: 1, kvHeads: 1, headDim: 1 },
    contextLength: scores.length,
    query: [1],
    keys: scores,
    values: scores.map((_, key) => key + 1),
    rule,
  });
}

const kept = (scores: readonly number[], rule: KeepRule) =>
  keptKeys(attend(scores, rule).keptSet, 0);

describe("top-k", () => {
  test("keeps the heaviest keys; of equal ones the lower index wins", () => {
    expect(kept([1, 3, 2, 3, 3], { kind: "top-k", k: 2 })).toEqual([1, 3]);
    expect(kept([5, 5, 5, 5], { kind: "top-k", k: 3 })).toEqual([0, 1, 2]);
  });

  test("keeps nothing for k = 0 and everything from the context length on", () => {
    expect(kept([1, 2], { kind: "top-k", k: 0 })).toEqual([]);
    expect(kept([1, 2], { kind: "top-k", k: 9 })).toEqual([0, 1]);
  });

  test("a fraction is rounded up and keeps at least one key", () => {
    expect(kept([1, 2, 3, 4, 5], { kind: "top-k", fraction: 0.25 })).toEqual([3, 4]);
    expect(kept([1, 2, 3], { kind: "top-k", fraction: 0.01 })).toEqual([2]);
  });

  test("takes another k for each head", () => {
    const { keptSet } = decodeAttention({
      geometry: { queryHeads: 2, kvHeads: 1, headDim: 1 },
      contextLength: 3,
      query: [1, -1],
      keys: [1, 2, 3],
      values: [1, 1, 1],
      rule: { kind: "top-k", k: [1, 2] },
    });
    expect([keptKeys(keptSet, 0), keptKeys(keptSet, 1)]).toEqual([[2], [0, 1]]);
  });
});

describe("sift", () => {
  const quarters = [0, 0, 0, 0]; // each weight is exactly 1/4

  test("keeps a key whose log-weight is exactly the threshold", () => {
    const { logWeights } = attend(quarters, { kind: "full" });
    expect(kept(quarters, { kind: "sift", logThresholds: logWeights[0]! })).toEqual([0, 1, 2, 3]);
    const above = logWeights[0]! + 1e-12;
    expect(kept(quarters, { kind: "sift", logThresholds: above })).toEqual([]);
  });

  test("keeps the exempt first and last keys whatever they weigh", () => {
    const rule: KeepRule = { kind: "sift", logThresholds: 1, keepFirst: 1, keepLast: 2 };
    expect(kept([0, 1, 2, 3, 4, 5], rule)).toEqual([0, 4, 5]);
    expect(kept([0, 1], { ...rule, keepFirst: 5 })).toEqual([0, 1]);
  });
});

describe("sliding-window", () => {
  test("keeps the sinks and the window, which may overlap", () => {
    const scores = [0, 1, 2, 3, 4, 5];
    expect(kept(scores, { kind: "sliding-window", sinks: 2, window: 1 })).toEqual([0, 1, 5]);
    expect(kept(scores, { kind: "sliding-window", sinks: 4, window: 4 })).toHaveLength(6);
    expect(kept(scores, { kind: "sliding-window", sinks: 0, window: 0 })).toEqual([]);
  });
});

describe("top-p", () => {
  const scores = [Math.log(0.5), Math.log(0.2), Math.log(0.3)];

  test("keeps the fewest heaviest keys that reach the mass", () => {
    expect(kept(scores, { kind: "top-p", mass: 0.4 })).toEqual([0]);
    expect(kept(scores, { kind: "top-p", mass: 0.6 })).toEqual([0, 2]);
    expect(kept(scores, { kind: "top-p", mass: 0.9 })).toEqual([0, 1, 2]);
  });

  test("of equal weights the lower index wins", () => {
    expect(kept([0, 0, 0, 0], { kind: "top-p", mass: 0.3 })).toEqual([0, 1]);
  });
});

describe("blasst", () => {
  test("compares with the maximum so far: an early light key stays, a late one goes", () => {
    const rule: KeepRule = { kind: "blasst", numerator: 0.1 }; // ln λ = ln(0.1 / 3) = −3.4
    expect(kept([0, 9, 0], rule)).toEqual([0, 1]);
  });

  test("decides whole blocks by their highest score", () => {
    const rule: KeepRule = { kind: "blasst", numerator: 0.5, blockSize: 2 };
    expect(kept([9, 0, 0, 8, 0, 1], rule)).toEqual([0, 1, 2, 3]);
  });

  test("never drops everything, even where the numerator exceeds the context", () => {
    expect(kept([2, 1, 3], { kind: "blasst", numerator: 50 })).toEqual([0, 2]);
  });
});

describe("dropped mass", () => {
  // Weights 1/2, 1/4, 1/4 of the values 1, 2, 3; the last key is dropped.
  const scores = [Math.log(2), 0, 0];
  const output = (droppedMass: "none" | "renormalise" | "mean-value") =>
    attend(scores, { kind: "top-k", k: 2, droppedMass }).output[0];

  test("none loses it, renormalise divides it out, mean-value puts the mean of all values in", () => {
    expect(output("none")).toBeCloseTo(1 / 2 + 2 / 4, 14);
    expect(output("renormalise")).toBeCloseTo(1 / (3 / 4), 14);
    expect(output("mean-value")).toBeCloseTo(1 / 2 + 2 / 4 + (1 / 4) * 2, 14);
  });

  test("renormalising stays finite where the kept weights underflow", () => {
    const rule: KeepRule = { kind: "sliding-window", sinks: 0, window: 2 };
    const scores = [2000, 1, 1];
    expect(attend(scores, { ...rule, droppedMass: "renormalise" }).output[0]).toBeCloseTo(2.5, 12);
    expect(attend(scores, rule).output[0]).toBe(0);
  });
});

describe("bias", () => {
  test("−∞ hides a key from the sum, the quantile's count, the mean value and the kept set", () => {
    const result = decodeAttention({
      geometry: { queryHeads: 1, kvHeads: 1, headDim: 1 },
      contextLength: 3,
      query: [1],
      keys: [0, 0, 0],
      values: [1, 3, Number.NaN],
      bias: [0, 0, Number.NEGATIVE_INFINITY],
      rule: { kind: "top-k", k: 1, droppedMass: "mean-value" },
    });
    expect([...result.weights]).toEqual([0.5, 0.5, 0].map((weight) => expect.closeTo(weight, 15)));
    expect(result.output[0]).toBeCloseTo(0.5 * 1 + 0.5 * 2, 14);
    expect(keptKeys(result.keptSet, 0)).toEqual([0]);
  });
});
