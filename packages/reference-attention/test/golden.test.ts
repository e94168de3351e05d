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
  readonly float32?: {
    readonly output: number[];
    readonly scores: number[] | null;
    readonly logSumExp: number[];
    readonly droppedMass: number[];
    readonly kept: number[];
  };
}

interface Golden {
  readonly headDim: number;
  readonly capacity: number;
  readonly groups: {
    readonly name: string;
    readonly inputs: {
      readonly query: number[];
      readonly keys: number[];
      readonly values: number[];
    };
    readonly cases: GoldenCase[];
  }[];
}

const golden: Golden = JSON.parse(
  readFileSync(new URL("../golden/attention.golden.json", import.meta.url), "utf8"),
);
/** float64 sums of at most 40 terms near 1 in two orders. */
const ROUNDING = 1e-13;

const cases = golden.groups.flatMap(({ name, inputs, cases }) =>
  cases.map(({ call: { queryHeads, kvHeads, ...rest }, expected, float32 }) => {
    const geometry = { queryHeads, kvHeads, headDim: golden.headDim };
    const call: DecodeCall = {
      ...rest,
      geometry,
      capacity: golden.capacity,
      query: Float32Array.from(inputs.query),
      keys: Float32Array.from(inputs.keys),
      values: Float32Array.from(inputs.values),
    };
    const title = `${name} of ${call.contextLength} keys, ${JSON.stringify(call.rule)}`;
    return { title, call, expected, float32 };
  }),
);
const inFloat32 = cases.flatMap(({ title, call, float32 }) =>
  float32 === undefined ? [] : [{ title, call, float32 }],
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

/** Nine digits in the file stand for one float32. */
const asFloat32 = (numbers: readonly number[]) => Float64Array.from(Float32Array.from(numbers));

describe("decodeAttention in float32 against numpy", () => {
  test("covers full with and without a soft cap, and sift with every way of the dropped mass", () => {
    expect(inFloat32.length).toBeGreaterThanOrEqual(72);
    expect(inFloat32.filter(({ call }) => call.softCap !== undefined)).toHaveLength(9);
  });

  test.each(inFloat32)("$title: bit for bit", ({ call, float32 }) => {
    const result = decodeAttention({ ...call, precision: "f32" });
    expect(result.output).toEqual(asFloat32(float32.output));
    if (float32.scores !== null) expect(result.scores).toEqual(asFloat32(float32.scores));
    expect(result.logSumExp).toEqual(asFloat32(float32.logSumExp));
    expect(result.droppedMass).toEqual(asFloat32(float32.droppedMass));
    expect([...result.kept]).toEqual(float32.kept);
  });
});
