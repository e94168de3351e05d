import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  type DecodeCall,
  decodeAttention,
  type KeepRule,
  keptKeys,
  maxAbsDifference,
  weightQuantiles,
} from "../src/index.ts";

interface GoldenCase {
  readonly call: {
    readonly queryHeads: number;
    readonly kvHeads: number;
    readonly contextLength: number;
    readonly rule: KeepRule;
    readonly scale?: number;
    readonly softCap?: number;
  };
  readonly expected: {
    readonly output: number[];
    readonly logSumExp: number[];
    readonly droppedMass: number[];
    readonly keptKeys: number[][];
    readonly unionKept: number[];
    readonly median: number[];
  };
}

interface Golden {
  readonly headDim: number;
  readonly capacity: number;
  readonly groups: {
    readonly name: string;
    readonly inputs: Pick<DecodeCall, "query" | "keys" | "values">;
    readonly cases: GoldenCase[];
  }[];
}

const golden: Golden = JSON.parse(
  readFileSync(new URL("../golden/attention.golden.json", import.meta.url), "utf8"),
);
/** float64 sums of at most 40 terms near 1 in two orders. */
const ROUNDING = 1e-13;

const cases = golden.groups.flatMap(({ name, inputs, cases }) =>
  cases.map(({ call: { queryHeads, kvHeads, ...rest }, expected }) => {
    const geometry = { queryHeads, kvHeads, headDim: golden.headDim };
    const call: DecodeCall = { ...inputs, ...rest, geometry, capacity: golden.capacity };
    const title = `${name} of ${call.contextLength} keys, ${JSON.stringify(call.rule)}`;
    return { title, call, expected };
  }),
);

describe("decodeAttention against numpy", () => {
  test("covers MHA, GQA and MQA under every kind of rule and every way of the dropped mass", () => {
    const rules = cases.map(({ call }) => call.rule as KeepRule & { droppedMass?: string });
    expect(golden.groups.map(({ name }) => name)).toEqual(["MHA", "GQA", "MQA"]);
    expect(new Set(rules.map(({ kind }) => kind)).size).toBe(6);
    expect(new Set(rules.map(({ droppedMass }) => droppedMass)).size).toBe(4);
    expect(cases.length).toBeGreaterThanOrEqual(180);
  });

  test.each(cases)("$title", ({ call, expected }) => {
    const result = decodeAttention(call);
    expect(maxAbsDifference(expected.output, result.output)).toBeLessThan(ROUNDING);
    expect(maxAbsDifference(expected.logSumExp, result.logSumExp)).toBeLessThan(ROUNDING);
    expect(maxAbsDifference(expected.droppedMass, result.droppedMass)).toBeLessThan(ROUNDING);
    expect(expected.keptKeys.map((_, head) => keptKeys(result.keptSet, head))).toEqual(
      expected.keptKeys,
    );
    expect([...result.kept]).toEqual(expected.keptKeys.map((keys) => keys.length));
    expect([...result.unionKept]).toEqual(expected.unionKept);
    const medians = weightQuantiles(result, { quantile: 0.5 });
    expect(maxAbsDifference(expected.median, medians)).toBeLessThan(ROUNDING);
  });

  test("the tolerance sees a missing key: full attention without its lightest key is far outside", () => {
    const { call, expected } = cases.find(
      ({ call }) => call.contextLength === 33 && call.rule?.kind === "full",
    )!;
    const planted = decodeAttention({ ...call, rule: { kind: "top-k", k: 32 } });
    expect(maxAbsDifference(expected.output, planted.output)).toBeGreaterThan(1e6 * ROUNDING);
  });
});
