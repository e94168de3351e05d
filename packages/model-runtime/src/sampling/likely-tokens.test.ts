import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { likelyTokens } from "./likely-tokens.ts";

const weightsArbitrary = fc
  .array(fc.nat(2 ** 20), { minLength: 1, maxLength: 60 })
  .map((weights) => Uint32Array.from(weights))
  .filter((weights) => weights.some((weight) => weight > 0));
const rulesArbitrary = fc.record({
  topK: fc.nat(70),
  topP: fc.double({ min: 0.01, max: 1, noNaN: true }),
  minP: fc.double({ min: 0, max: 1, noNaN: true }),
});

/** The weights themselves serve as logits: only their order counts. */
function likely(weights: Uint32Array, rules: Parameters<typeof likelyTokens>[1]): number[] {
  return likelyTokens({ logits: Float32Array.from(weights), weights }, rules);
}

/** Ids from the heaviest to the lightest, of equal weights the lower first. */
function descending(weights: Uint32Array): number[] {
  return [...weights.keys()].sort((a, b) => weights[b]! - weights[a]! || a - b);
}

describe("likelyTokens", () => {
  test("keeps the k heaviest, the lower id of a tie", () => {
    const weights = Uint32Array.of(2, 6, 6, 1, 6);
    expect(likely(weights, { topK: 2, topP: 1, minP: 0 })).toEqual([1, 2]);
  });

  test("of equal weights the greater logit comes first", () => {
    const tokens = { logits: Float32Array.of(1, 2, 3), weights: Uint32Array.of(1, 1, 1) };
    expect(likelyTokens(tokens, { topK: 2, topP: 1, minP: 0 })).toEqual([2, 1]);
  });

  test("top-p keeps the fewest tokens that reach p, measured on what top-k left", () => {
    const weights = Uint32Array.of(4, 3, 2, 1);
    expect(likely(weights, { topK: 0, topP: 0.7, minP: 0 })).toEqual([0, 1]);
    expect(likely(weights, { topK: 0, topP: 0.75, minP: 0 })).toEqual([0, 1, 2]);
    expect(likely(weights, { topK: 2, topP: 0.55, minP: 0 })).toEqual([0]);
    expect(likely(Uint32Array.of(1, 1, 1, 1), { topK: 0, topP: 0.5, minP: 0 })).toEqual([0, 1]);
  });

  test("min-p keeps what has the given fraction of the top", () => {
    const weights = Uint32Array.of(20, 10, 8, 2);
    expect(likely(weights, { topK: 0, topP: 1, minP: 0.5 })).toEqual([0, 1]);
    expect(likely(weights, { topK: 0, topP: 1, minP: 1 })).toEqual([0]);
  });

  test("is always a non-empty beginning of the descending order, no longer than k", () => {
    fc.assert(
      fc.property(weightsArbitrary, rulesArbitrary, (weights, rules) => {
        const ids = likely(weights, rules);
        expect(ids.length).toBeGreaterThan(0);
        if (rules.topK > 0) expect(ids.length).toBeLessThanOrEqual(rules.topK);
        expect(ids).toEqual(descending(weights).slice(0, ids.length));
      }),
    );
  });

  test("a nucleus reaches p, and without its last token does not", () => {
    fc.assert(
      fc.property(weightsArbitrary, rulesArbitrary, (weights, { topP }) => {
        const ids = likely(weights, { topK: 0, topP, minP: 0 });
        const mass = (tokens: readonly number[]): number =>
          tokens.reduce((sum, id) => sum + weights[id]!, 0);
        const total = mass([...weights.keys()]);
        expect(mass(ids)).toBeGreaterThanOrEqual(topP * total * (1 - 1e-12));
        if (ids.length > 1) expect(mass(ids.slice(0, -1))).toBeLessThan(topP * total * (1 + 1e-12));
      }),
    );
  });
});
