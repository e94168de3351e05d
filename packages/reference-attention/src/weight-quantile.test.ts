import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { calls } from "../test/random-call.ts";
import { decodeAttention } from "./decode-attention.ts";
import { logWeightQuantiles, orderQuantile, weightQuantiles } from "./weight-quantile.ts";

const quantiles = fc.double({ min: 0, max: 1, noNaN: true });

describe("orderQuantile", () => {
  test("is ascending[min(n − 1, ⌊τ·n⌋)], never between two weights", () => {
    const weights = [0.4, 0.1, 0.3, 0.2];
    const at = (quantile: number) => orderQuantile(weights, quantile);
    expect([0, 0.24, 0.25, 0.5, 0.75, 0.99, 1].map(at)).toEqual([
      0.1, 0.1, 0.2, 0.3, 0.4, 0.4, 0.4,
    ]);
  });

  test("leaves exactly n − ⌊τ·n⌋ distinct weights at or above it", () => {
    const distinct = fc.uniqueArray(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(distinct, quantiles, (weights, quantile) => {
        const cut = orderQuantile(weights, quantile);
        const count = weights.length;
        const above = weights.filter((weight) => weight >= cut).length;
        expect(above).toBe(count - Math.min(count - 1, Math.floor(quantile * count)));
      }),
    );
  });

  test("is NaN of nothing and refuses a quantile outside [0, 1]", () => {
    expect(orderQuantile([], 0.5)).toBeNaN();
    expect(() => orderQuantile([1], 1.01)).toThrow("quantile: expected a number in [0, 1]");
    expect(() => orderQuantile([1], Number.NaN)).toThrow("quantile: expected");
  });
});

describe("weightQuantiles", () => {
  const result = decodeAttention({
    geometry: { queryHeads: 2, kvHeads: 1, headDim: 1 },
    contextLength: 6,
    query: [1, -1],
    keys: [9, 1, 2, 3, 4, -9],
    values: [1, 1, 1, 1, 1, 1],
  });

  test("leaves the exempt keys out of each head's count", () => {
    const options = { quantile: 0.5, keepFirst: 1, keepLast: 1 };
    expect([...weightQuantiles(result, options)]).toEqual([
      result.weights[3],
      result.weights[6 + 2],
    ]);
  });

  test("is NaN when every key is exempt", () => {
    expect([...weightQuantiles(result, { quantile: 0.5, keepFirst: 4, keepLast: 2 })]).toEqual([
      Number.NaN,
      Number.NaN,
    ]);
  });

  test("does not count hidden keys", () => {
    const hidden = decodeAttention({
      geometry: { queryHeads: 1, kvHeads: 1, headDim: 1 },
      contextLength: 3,
      query: [1],
      keys: [1, 2, 3],
      values: [1, 1, 1],
      bias: [Number.NEGATIVE_INFINITY, 0, 0],
    });
    expect(weightQuantiles(hidden, { quantile: 0 })[0]).toBe(hidden.weights[1]);
  });
});

describe("logWeightQuantiles", () => {
  test("sifting at it keeps exactly n − ⌊τ·n⌋ keys beside the exempt ones", () => {
    const exempt = fc.record({ keepFirst: fc.nat(4), keepLast: fc.nat(8) });
    fc.assert(
      fc.property(calls, quantiles, exempt, (call, quantile, exempt) => {
        const logThresholds = logWeightQuantiles(decodeAttention(call), { quantile, ...exempt });
        const count = call.contextLength - exempt.keepFirst - exempt.keepLast;
        fc.pre(count > 0);
        const rule = { kind: "sift", logThresholds, ...exempt } as const;
        const { kept } = decodeAttention({ ...call, rule });
        const under = Math.min(count - 1, Math.floor(quantile * count));
        for (const keys of kept) expect(keys).toBe(call.contextLength - under);
      }),
    );
  });

  test("is the logarithm of the same weight", () => {
    fc.assert(
      fc.property(calls, quantiles, (call, quantile) => {
        const result = decodeAttention(call);
        const thresholds = weightQuantiles(result, { quantile });
        logWeightQuantiles(result, { quantile }).forEach((logThreshold, head) => {
          expect(Math.exp(logThreshold)).toBe(thresholds[head]);
        });
      }),
    );
  });
});
