import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { calls, randomCall } from "../test/random-call.ts";
import { decodeAttention } from "./decode-attention.ts";
import type { DecodeCall } from "./decode-call.ts";
import type { KeepRule } from "./keep-rule.ts";
import { keptKeys } from "./kept-set.ts";
import { maxAbsDifference } from "./output-error.ts";

const precisions = fc.constantFrom("f64" as const, "f32" as const);
const droppedMass = fc.constantFrom("none" as const, "renormalise" as const, "mean-value" as const);
const logThresholds = fc.double({ min: -8, max: 1, noNaN: true });
const rules: fc.Arbitrary<KeepRule> = fc.oneof(
  fc.record({ kind: fc.constant("top-k" as const), k: fc.nat(80), droppedMass }),
  fc.record({ kind: fc.constant("sift" as const), logThresholds, droppedMass }),
  fc.record({
    kind: fc.constant("sliding-window" as const),
    sinks: fc.nat(5),
    window: fc.nat(40),
    droppedMass,
  }),
  fc.record({
    kind: fc.constant("top-p" as const),
    mass: fc.double({ min: 0.01, max: 1, noNaN: true }),
    droppedMass,
  }),
  fc.record({
    kind: fc.constant("blasst" as const),
    numerator: fc.double({ min: 0.01, max: 100, noNaN: true }),
    blockSize: fc.integer({ min: 1, max: 9 }),
    droppedMass,
  }),
);
const call = randomCall({
  kvHeads: 2,
  groupSize: 3,
  headDim: 8,
  contextLength: 65,
  spare: 2,
  seed: 1,
});

/** The same keys and values in another order; `order[i]` is the old index of key i. */
function reordered(original: DecodeCall, order: readonly number[]): DecodeCall {
  const { geometry, capacity = 0 } = original;
  const pick = (rows: ArrayLike<number>) =>
    Float64Array.from(rows, (value, index) => {
      const row = Math.floor(index / geometry.headDim) % capacity;
      const from = order[row];
      return from === undefined ? value : rows[index + (from - row) * geometry.headDim]!;
    });
  return { ...original, keys: pick(original.keys), values: pick(original.values) };
}

describe("decodeAttention", () => {
  test("sifting at −∞, top-k of all keys, the whole window and top-p of 1 equal full bit for bit", () => {
    fc.assert(
      fc.property(calls, precisions, droppedMass, (call, precision, droppedMass) => {
        const full = decodeAttention({ ...call, precision });
        const all: KeepRule[] = [
          { kind: "sift", logThresholds: Number.NEGATIVE_INFINITY, droppedMass },
          { kind: "top-k", k: call.contextLength, droppedMass },
          { kind: "top-k", fraction: 1, droppedMass },
          { kind: "sliding-window", sinks: 0, window: call.contextLength, droppedMass },
          { kind: "top-p", mass: 1, droppedMass },
          { kind: "given", keptSet: full.keptSet, droppedMass },
        ];
        for (const rule of all) {
          expect(decodeAttention({ ...call, precision, rule })).toEqual(full);
        }
      }),
    );
  });

  test("dropped mass is exactly 0 when nothing is dropped and the mass outside the kept set otherwise", () => {
    fc.assert(
      fc.property(calls, rules, precisions, (call, rule, precision) => {
        const result = decodeAttention({ ...call, rule, precision });
        const { contextLength } = call;
        result.droppedMass.forEach((dropped, head) => {
          const start = head * contextLength;
          const kept = keptKeys(result.keptSet, head);
          const keptMass = kept.reduce((sum, key) => sum + result.weights[start + key]!, 0);
          if (kept.length === contextLength) expect(dropped).toBe(0);
          expect(keptMass + dropped).toBeCloseTo(1, precision === "f64" ? 12 : 4);
          expect(result.kept[head]).toBe(kept.length);
        });
      }),
    );
  });

  test("the union holds at least the most of its heads and at most their sum", () => {
    fc.assert(
      fc.property(calls, rules, (call, rule) => {
        const { kept, unionKept } = decodeAttention({ ...call, rule });
        const group = call.geometry.queryHeads / call.geometry.kvHeads;
        unionKept.forEach((union, kvHead) => {
          const heads = [...kept.slice(kvHead * group, (kvHead + 1) * group)];
          expect(union).toBeGreaterThanOrEqual(Math.max(...heads));
          expect(union).toBeLessThanOrEqual(heads.reduce((sum, count) => sum + count, 0));
        });
      }),
    );
  });

  test("a higher threshold keeps a subset and drops no less mass", () => {
    fc.assert(
      fc.property(calls, logThresholds, logThresholds, (call, a, b) => {
        const at = (logThreshold: number) =>
          decodeAttention({ ...call, rule: { kind: "sift", logThresholds: logThreshold } });
        const low = at(Math.min(a, b));
        const high = at(Math.max(a, b));
        for (let head = 0; head < call.geometry.queryHeads; head++) {
          const wide = new Set(keptKeys(low.keptSet, head));
          expect(keptKeys(high.keptSet, head).every((key) => wide.has(key))).toBe(true);
          expect(high.droppedMass[head]!).toBeGreaterThanOrEqual(low.droppedMass[head]!);
        }
      }),
    );
  });

  test("the order of keys does not matter to full, top-k, sift and top-p", () => {
    const orders = fc.shuffledSubarray([...Array(call.contextLength).keys()], {
      minLength: call.contextLength,
    });
    const unordered: KeepRule[] = [
      { kind: "full" },
      { kind: "top-k", k: 7, droppedMass: "mean-value" },
      { kind: "sift", logThresholds: -4, droppedMass: "renormalise" },
      { kind: "top-p", mass: 0.9 },
    ];
    fc.assert(
      fc.property(orders, fc.constantFrom(...unordered), (order, rule) => {
        const there = decodeAttention({ ...call, rule });
        const here = decodeAttention({ ...reordered(call, order), rule });
        expect(maxAbsDifference(there.output, here.output)).toBeLessThan(1e-13);
        expect(here.kept).toEqual(there.kept);
        expect(
          keptKeys(here.keptSet, 1)
            .map((key) => order[key]!)
            .sort(),
        ).toEqual(keptKeys(there.keptSet, 1).sort());
      }),
    );
  });

  test("the mean value restores equal values, whatever was dropped", () => {
    fc.assert(
      fc.property(calls, rules, (call, rule) => {
        const values = Float64Array.from(call.values, (_, i) => 1 + (i % call.geometry.headDim));
        const filled = { ...rule, droppedMass: "mean-value" } as KeepRule;
        const { output } = decodeAttention({ ...call, values, rule: filled });
        const expected = output.map((_, i) => 1 + (i % call.geometry.headDim));
        expect(maxAbsDifference(expected, output)).toBeLessThan(1e-12);
      }),
    );
  });

  test("two runs are bit-equal", () => {
    fc.assert(
      fc.property(calls, rules, precisions, (call, rule, precision) => {
        const once = decodeAttention({ ...call, rule, precision });
        expect(decodeAttention({ ...call, rule, precision })).toEqual(once);
      }),
    );
  });

  test("rows of the cache past the context are not read", () => {
    const { keys, values, contextLength, capacity = 0 } = call;
    const poisoned = (rows: ArrayLike<number>) =>
      Float64Array.from(rows, (value, i) =>
        Math.floor(i / 8) % capacity < contextLength ? value : Number.NaN,
      );
    const clean = decodeAttention(call);
    const dirty = decodeAttention({ ...call, keys: poisoned(keys), values: poisoned(values) });
    expect(dirty).toEqual(clean);
  });

  test("the values of dropped keys are not read under none and renormalise", () => {
    const rule: KeepRule = { kind: "sliding-window", sinks: 0, window: 60, droppedMass: "none" };
    const values = Float64Array.from(call.values, (value, i) =>
      Math.floor(i / 8) % call.capacity! < 5 ? Number.NaN : value,
    );
    for (const droppedMass of ["none", "renormalise"] as const) {
      const { output } = decodeAttention({ ...call, values, rule: { ...rule, droppedMass } });
      expect(output.every(Number.isFinite)).toBe(true);
    }
  });

  test("a NaN score shows in the output of its heads under every threshold", () => {
    const query = Float32Array.from(call.query);
    query[0] = Number.NaN;
    const { output, keptSet } = decodeAttention({
      ...call,
      query,
      rule: { kind: "sift", logThresholds: -3 },
    });
    expect(keptKeys(keptSet, 0)).toHaveLength(call.contextLength);
    expect(output.slice(0, 8).every(Number.isNaN)).toBe(true);
    expect(output.slice(8).every(Number.isFinite)).toBe(true);
  });

  test("a head whose keys are all hidden outputs 0 with log-sum-exp −∞", () => {
    const bias = new Float64Array(6 * 65).fill(0).fill(Number.NEGATIVE_INFINITY, 0, 65);
    for (const droppedMass of ["none", "renormalise", "mean-value"] as const) {
      const rule: KeepRule = { kind: "sift", logThresholds: -9, droppedMass };
      const result = decodeAttention({ ...call, bias, rule });
      expect([...result.output.slice(0, 8)]).toEqual(Array(8).fill(0));
      expect(result.logSumExp[0]).toBe(Number.NEGATIVE_INFINITY);
      expect([result.kept[0], result.droppedMass[0]]).toEqual([0, 0]);
    }
  });

  test("huge scores neither overflow nor underflow the sum", () => {
    const query = Float64Array.from(call.query, (value) => value * 1e4);
    const { output, logSumExp } = decodeAttention({ ...call, query });
    expect(output.every(Number.isFinite)).toBe(true);
    expect(logSumExp.every((value) => value > 1e3)).toBe(true);
  });
});

describe("decodeAttention when no key survives", () => {
  const none = (droppedMass: "none" | "renormalise" | "mean-value") =>
    decodeAttention({
      ...call,
      rule: { kind: "sift", logThresholds: Number.POSITIVE_INFINITY, droppedMass },
    });

  test.each(["none", "renormalise"] as const)("%s gives 0", (droppedMass) => {
    const { output, kept, unionKept } = none(droppedMass);
    expect(output.every((value) => value === 0)).toBe(true);
    expect([...kept, ...unionKept].every((count) => count === 0)).toBe(true);
  });

  test("mean-value gives the mean of the visible values", () => {
    const { output, droppedMass } = none("mean-value");
    const { contextLength, values, capacity = 0 } = call;
    const mean = (kvHead: number, i: number) => {
      const rows = Array.from({ length: contextLength }, (_, key) => key);
      const at = (key: number) => values[(kvHead * capacity + key) * 8 + i]!;
      return rows.reduce((sum, key) => sum + at(key), 0) / contextLength;
    };
    const expected = output.map((_, index) => mean(Math.floor(index / 24), index % 8));
    expect(maxAbsDifference(expected, output)).toBeLessThan(1e-13);
    for (const dropped of droppedMass) expect(dropped).toBeCloseTo(1, 13);
  });
});
