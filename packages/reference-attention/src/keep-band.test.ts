import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { calls } from "../test/random-call.ts";
import { decodeAttention } from "./decode-attention.ts";
import { lightestKept, thresholdBand } from "./keep-band.ts";
import { differingKeys, isKept, keptKeys } from "./kept-set.ts";
import { roundingBound } from "./rounding-bound.ts";

describe("thresholdBand", () => {
  test("holds exactly the keys within the width of the threshold", () => {
    const result = decodeAttention({
      geometry: { queryHeads: 1, kvHeads: 1, headDim: 1 },
      contextLength: 4,
      query: [1],
      keys: [0, 0.5, 1, 3],
      values: [1, 1, 1, 1],
    });
    const cut = result.logWeights[1]!;
    expect(keptKeys(thresholdBand(result, cut, 0), 0)).toEqual([1]);
    expect(keptKeys(thresholdBand(result, [cut], 0.51), 0)).toEqual([0, 1, 2]);
    expect(() => thresholdBand(result, [cut, cut], 1)).toThrow("logThresholds: expected [1]");
  });

  test("outside it float32 keeps what the oracle keeps, even at a threshold on top of a key", () => {
    fc.assert(
      fc.property(calls, fc.nat(), (call, pick) => {
        const full = decodeAttention(call);
        const float32 = decodeAttention({ ...call, precision: "f32" });
        const logThresholds = full.logWeights[pick % call.contextLength]!;
        const rule = { kind: "sift", logThresholds } as const;
        const width = roundingBound(full.logWeights, float32.logWeights);
        const band = thresholdBand(full, logThresholds, width);
        const oracle = decodeAttention({ ...call, rule }).keptSet;
        const twin = decodeAttention({ ...call, rule, precision: "f32" }).keptSet;
        expect(differingKeys(oracle, twin, band)).toEqual([]);
        expect(isKept(band, 0, pick % call.contextLength)).toBe(true);
      }),
    );
  });

  test("does not hide a wrong key: a kept set shifted by a tenth in ln θ shows outside it", () => {
    fc.assert(
      fc.property(calls, (call) => {
        const full = decodeAttention(call);
        const at = (logThresholds: number) =>
          decodeAttention({ ...call, rule: { kind: "sift", logThresholds } }).keptSet;
        const cut = full.logWeights[0]!;
        const band = thresholdBand(full, cut - 0.05, 0.01);
        const between = [...full.logWeights].filter(
          (logWeight) => logWeight < cut - 0.06 && logWeight >= cut - 0.1,
        );
        const shown = differingKeys(at(cut - 0.05), at(cut - 0.1), band);
        expect(shown).toHaveLength(between.length);
      }),
    );
  });
});

describe("lightestKept", () => {
  test("is the cut of a top-k: sifting there keeps the same keys", () => {
    fc.assert(
      fc.property(calls, fc.integer({ min: 1, max: 80 }), (call, k) => {
        const top = decodeAttention({ ...call, rule: { kind: "top-k", k } });
        const rule = { kind: "sift", logThresholds: lightestKept(top) } as const;
        expect(decodeAttention({ ...call, rule }).keptSet).toEqual(top.keptSet);
      }),
    );
  });

  test("is Infinity for a head that keeps nothing", () => {
    const result = decodeAttention({
      geometry: { queryHeads: 1, kvHeads: 1, headDim: 1 },
      contextLength: 1,
      query: [1],
      keys: [1],
      values: [1],
      rule: { kind: "top-k", k: 0 },
    });
    expect([...lightestKept(result)]).toEqual([Number.POSITIVE_INFINITY]);
  });
});
