import { createNormal, createRandom } from "@sift-attention/testing/random";
import { describe, expect, test } from "vitest";
import { type CausalCall, causalAttention } from "./causal-attention.ts";
import { decodeAttention } from "./decode-attention.ts";
import { maxAbsDifference } from "./output-error.ts";

const geometry = { queryHeads: 4, kvHeads: 2, headDim: 4 };
const normal = createNormal(createRandom(11));
const numbers = (count: number) => Float32Array.from({ length: count }, normal);
const call: CausalCall = {
  geometry,
  rows: 5,
  firstPosition: 7,
  capacity: 14,
  query: numbers(5 * 16),
  keys: numbers(2 * 14 * 4),
  values: numbers(2 * 14 * 4),
};
const row = (r: number) => ({
  geometry,
  capacity: 14,
  contextLength: 8 + r,
  query: Array.from(call.query).slice(r * 16, r * 16 + 16),
  keys: call.keys,
  values: call.values,
});

describe("causalAttention", () => {
  test("row r is one decode step over the keys up to its own position", () => {
    const { rows, output } = causalAttention(call);
    expect(rows).toEqual([0, 1, 2, 3, 4].map((r) => decodeAttention(row(r))));
    expect([...output]).toEqual(rows.flatMap((result) => [...result.output]));
  });

  test("a later key does not change an earlier row", () => {
    const keys = Float32Array.from(call.keys);
    keys.fill(9, 11 * 4, 14 * 4);
    const changed = causalAttention({ ...call, keys });
    const { output } = causalAttention(call);
    expect(changed.output.slice(0, 4 * 16)).toEqual(output.slice(0, 4 * 16));
    expect(maxAbsDifference(changed.output, output)).toBeGreaterThan(1e-3);
  });

  test("per-head thresholds and counts are taken from the row's own part", () => {
    const logThresholds = Float32Array.from({ length: 20 }, (_, i) => -1 - i / 8);
    const k = Uint32Array.from({ length: 20 }, (_, i) => i % 7);
    const sifted = causalAttention({ ...call, rule: { kind: "sift", logThresholds } });
    const top = causalAttention({ ...call, rule: { kind: "top-k", k } });
    for (let r = 0; r < 5; r++) {
      const part = { start: r * 4, end: r * 4 + 4 };
      const thresholds = logThresholds.slice(part.start, part.end);
      expect(sifted.rows[r]).toEqual(
        decodeAttention({ ...row(r), rule: { kind: "sift", logThresholds: thresholds } }),
      );
      expect([...top.kept.slice(part.start, part.end)]).toEqual([...k.slice(part.start, part.end)]);
    }
  });

  test("joins the rows' statistics: [rows, queryHeads] and [rows, kvHeads]", () => {
    const rule = { kind: "sift", logThresholds: -2.5, droppedMass: "mean-value" } as const;
    const result = causalAttention({ ...call, rule });
    expect([...result.kept]).toEqual(result.rows.flatMap(({ kept }) => [...kept]));
    expect([...result.unionKept]).toEqual(result.rows.flatMap(({ unionKept }) => [...unionKept]));
    expect([...result.droppedMass]).toEqual(
      result.rows.flatMap(({ droppedMass }) => [...droppedMass]),
    );
    expect([...result.logSumExp]).toEqual(result.rows.flatMap(({ logSumExp }) => [...logSumExp]));
  });

  test("allocates just the rows by default", () => {
    const { capacity: _, ...tight } = call;
    const packed = (rows: ArrayLike<number>) =>
      Array.from(rows).filter((_, i) => Math.floor(i / 4) % 14 < 12);
    const keys = packed(call.keys);
    const values = packed(call.values);
    expect(causalAttention({ ...tight, keys, values })).toEqual(causalAttention(call));
  });

  test.each<[Partial<CausalCall>, string]>([
    [{ rows: 0 }, "rows: expected a whole number of at least 1, got 0"],
    [{ firstPosition: -1 }, "firstPosition: expected a whole number of at least 0, got -1"],
    [{ query: [0] }, "query: expected [5, 4, 4] = 80 numbers, got 1"],
    [
      { rule: { kind: "sift", logThresholds: [0, 0, 0, 0] } },
      "logThresholds: expected [5, 4] = 20 numbers, got 4",
    ],
    [{ rule: { kind: "top-k", k: [1, 1, 1, 1] } }, "k: expected [5, 4] = 20 numbers, got 4"],
    [{ capacity: 11 }, "keys: expected [2, 11, 4] = 88 numbers, got 112"],
  ])("refuses %j", (change, message) => {
    expect(() => causalAttention({ ...call, ...change })).toThrow(message);
  });
});
