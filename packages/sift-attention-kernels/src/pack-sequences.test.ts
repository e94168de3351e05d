import { orderQuantile } from "@sift-attention/reference-attention";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DecodeSequence } from "./decode-sequence.ts";
import { packSequences } from "./pack-sequences.ts";
import { resolveOptions } from "./resolve-options.ts";

const base = {
  geometry: { queryHeads: 2, kvHeads: 1, headDim: 32 },
  kvType: "f32",
  slots: 4,
  capacity: 100,
  batch: 3,
} as const;
const options = resolveOptions(base, {});

describe("packSequences", () => {
  test("writes slot, first visible key, context length and rank", () => {
    const packed = packSequences(options, [
      { slot: 3, contextLength: 50 },
      { slot: 0, contextLength: 100, firstKey: 40, keptKeys: 7 },
      { slot: 1, contextLength: 9, quantile: 0.5 },
    ]);
    expect([...packed]).toEqual([3, 0, 50, 50, 0, 40, 100, 7, 1, 0, 9, 4]);
  });

  test("keeps all keys when k is larger", () => {
    const packed = packSequences(options, [{ slot: 0, contextLength: 5, keptKeys: 2 ** 40 }]);
    expect(packed[3]).toBe(5);
  });

  test("ranks quantiles as the oracle does, over the keys that are not exempt", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 20 }),
        fc.integer({ min: 0, max: 20 }),
        (contextLength, quantile, keepFirst, keepLast) => {
          const exempting = { ...options, keepFirst, keepLast };
          const [, , , rank] = packSequences(exempting, [{ slot: 0, contextLength, quantile }]);
          const counted = Math.max(0, contextLength - keepFirst - keepLast);
          const ascending = Array.from({ length: counted }, (_, i) => i);
          const expected = counted === 0 ? 0 : orderQuantile(ascending, quantile);
          expect(rank).toBe(expected);
        },
      ),
    );
  });

  test.each<[object[], RegExp]>([
    [[], /^sequences: expected a whole number, 1 to 3, got 0/],
    [Array(4).fill({ slot: 0, contextLength: 1 }), /^sequences: .* got 4/],
    [[{ slot: 4, contextLength: 1 }], /^sequences\[0\]: slot: .* 0 to 3, got 4/],
    [[{ slot: -1, contextLength: 1 }], /slot/],
    [[{ slot: 0, contextLength: 0 }], /contextLength: .* 1 to 100, got 0/],
    [[{ slot: 0, contextLength: 101 }], /contextLength/],
    [[{ slot: 0, contextLength: Number.NaN }], /contextLength/],
    [[{ slot: 0, contextLength: 5, firstKey: 5 }], /firstKey: .* 0 to 4, got 5/],
    [[{ slot: 0, contextLength: 5, keptKeys: 0 }], /keptKeys/],
    [[{ slot: 0, contextLength: 5, quantile: 1.5 }], /quantile: .* \[0, 1\], got 1.5/],
    [[{ slot: 0, contextLength: 5, quantile: Number.NaN }], /quantile/],
    [[{ slot: 0, contextLength: 5, quantile: 0, keptKeys: 1 }], /got both/],
  ])("refuses %o", (sequences, message) => {
    expect(() => packSequences(options, sequences as DecodeSequence[])).toThrow(
      expect.objectContaining({
        code: "invalid-step",
        message: expect.stringMatching(message),
      }),
    );
  });

  test("gives a slot to two sequences, but not where its mean value is put back", () => {
    const twice = [
      { slot: 2, contextLength: 4 },
      { slot: 2, contextLength: 5 },
    ];
    expect(packSequences(options, twice)).toHaveLength(8);
    expect(() => packSequences({ ...options, droppedMass: "mean-value" }, twice)).toThrow(
      /^sequences\[1\]: expected a slot of its own .* got 2, which sequences\[0\] has/,
    );
  });
});
