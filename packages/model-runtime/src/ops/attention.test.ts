import {
  type CausalCall,
  type CausalResult,
  causalAttention,
  isKept,
  maxAbsDifference,
  roundingBound,
  weightQuantiles,
} from "@sift-attention/reference-attention";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  attend,
  type BuiltInRule,
  createInputs,
  type Inputs,
  label,
  type Shape,
  sift,
  sumOfValues,
} from "./attention.fixture.ts";
import { implementations } from "./cpu-ops.fixture.ts";
import type { CpuOps } from "./cpu-ops.ts";
import { createWasmOps } from "./wasm-ops.ts";

/** Contexts around the kernels' tiles of 4, 64, 128 and 512 keys, blocks of 32 lines; MHA, GQA, MQA. */
const shapes: readonly Shape[] = [
  { queryHeads: 1, kvHeads: 1, headDim: 8, rows: 1, firstPosition: 0 },
  { queryHeads: 4, kvHeads: 4, headDim: 32, rows: 1, firstPosition: 62 },
  { queryHeads: 8, kvHeads: 2, headDim: 64, rows: 1, firstPosition: 127 },
  { queryHeads: 8, kvHeads: 2, headDim: 64, rows: 1, firstPosition: 128 },
  { queryHeads: 3, kvHeads: 1, headDim: 80, rows: 1, firstPosition: 512 },
  { queryHeads: 4, kvHeads: 1, headDim: 128, rows: 1, firstPosition: 256 },
  { queryHeads: 2, kvHeads: 1, headDim: 6, rows: 1, firstPosition: 9 },
  { queryHeads: 1, kvHeads: 1, headDim: 8, rows: 33, firstPosition: 0 },
  { queryHeads: 8, kvHeads: 2, headDim: 64, rows: 9, firstPosition: 120 },
  { queryHeads: 6, kvHeads: 2, headDim: 80, rows: 11, firstPosition: 3 },
  { queryHeads: 5, kvHeads: 1, headDim: 12, rows: 7, firstPosition: 130 },
];

function referenceCall(inputs: Inputs, rule: NonNullable<CausalCall["rule"]>): CausalCall {
  const { queryHeads, kvHeads, headDim, ...call } = inputs;
  return { ...call, geometry: { queryHeads, kvHeads, headDim }, rule };
}

const computed = new Map<string, CausalResult>();

/** The reference's answer, computed once for all implementations. */
function reference(
  inputs: Inputs,
  rule: NonNullable<CausalCall["rule"]>,
  precision: "f64" | "f32",
): CausalResult {
  const key = `${label(inputs)} ${precision} ${JSON.stringify(rule)} ${inputs.keys[0]}`;
  const result =
    computed.get(key) ?? causalAttention({ ...referenceCall(inputs, rule), precision });
  computed.set(key, result);
  return result;
}

/** Thresholds near the given kept fraction that lie in the middle of the widest gap there: no key is near one. */
function clearThresholds(inputs: Inputs, fraction: number): Float32Array {
  const { rows } = reference(inputs, { kind: "full" }, "f64");
  return Float32Array.from(
    rows.flatMap(({ logWeights, keptSet: { heads, contextLength } }) =>
      Array.from({ length: heads }, (_, head) => {
        const sorted = logWeights
          .slice(head * contextLength, (head + 1) * contextLength)
          .sort()
          .reverse();
        const least = Math.max(1, Math.floor(fraction * contextLength));
        const gaps = Array.from({ length: 5 }, (_, i) => ({
          cut: ((sorted[least + i - 1] ?? 0) + (sorted[least + i] ?? -99)) / 2,
          width: (sorted[least + i - 1] ?? 0) - (sorted[least + i] ?? -99),
        }));
        return gaps.reduce((a, b) => (b.width > a.width ? b : a)).cut;
      }),
    ),
  );
}

function rulesFor(inputs: Inputs): BuiltInRule[] {
  const thresholds = clearThresholds(inputs, 0.2);
  return [
    { kind: "full" },
    { kind: "top-k", fraction: 0.2, droppedMass: "mean-value" },
    { kind: "sliding-window", sinks: 2, window: 5, droppedMass: "renormalise" },
    sift(thresholds),
    sift(thresholds, "mean-value", 3),
    sift(thresholds, "renormalise"),
    sift(new Float32Array(thresholds.length).fill(1)),
  ];
}

describe.each(implementations)("CpuOps.attention, $name", ({ create }) => {
  let ops: CpuOps;
  beforeAll(async () => {
    ops = await create();
  });
  afterAll(() => ops.dispose());

  describe.each(shapes.map((shape) => [label(shape), shape] as const))("%s", (_, shape) => {
    const inputs = createInputs(shape);
    const rules = rulesFor(inputs);

    test.each(rules.map((rule) => [describeRule(rule), rule] as const))(
      "%s is within honest rounding of the float64 reference",
      (_, rule) => {
        const oracle = reference(inputs, rule, "f64");
        const float32 = reference(inputs, rule, "f32");
        const result = attend(ops, inputs, rule);
        expect([...result.kept]).toEqual([...oracle.kept]);
        expect([...result.union]).toEqual([...oracle.unionKept]);
        const bound = roundingBound(oracle.output, float32.output);
        expect(maxAbsDifference(result.output, oracle.output)).toBeLessThanOrEqual(bound);
        const massBound = roundingBound(oracle.droppedMass, float32.droppedMass);
        const massError = maxAbsDifference(result.droppedMass, oracle.droppedMass);
        expect(massError).toBeLessThanOrEqual(massBound);
        for (let i = 0; i < oracle.kept.length; i++) {
          if (oracle.droppedMass[i] === 0) expect(result.droppedMass[i]).toBe(0);
        }
      },
    );

    test("sifting at −∞ is full attention bit for bit, whatever fills in for dropped mass", () => {
      const thresholds = new Float32Array(shape.rows * shape.queryHeads).fill(-Infinity);
      const full = attend(ops, inputs, { kind: "full" });
      for (const droppedMass of ["none", "renormalise", "mean-value"] as const) {
        expect(attend(ops, inputs, sift(thresholds, droppedMass))).toEqual(full);
        expect(attend(ops, inputs, sift(thresholds, droppedMass, 2))).toEqual(full);
      }
    });

    test("value rows that no head keeps are not read", () => {
      const rule = sift(clearThresholds(inputs, 0.2), "none");
      const { rows } = reference(inputs, rule, "f64");
      const { kvHeads, headDim, capacity } = inputs;
      const expected = attend(ops, inputs, rule).output;
      const values = inputs.values.slice();
      const group = shape.queryHeads / kvHeads;
      let poisoned = 0;
      for (let line = 0; line < kvHeads * capacity; line++) {
        const [head, key] = [Math.floor(line / capacity), line % capacity];
        const isRead = rows.some(
          ({ keptSet }) =>
            key < keptSet.contextLength &&
            Array.from({ length: group }, (_, g) => head * group + g).some((queryHead) =>
              isKept(keptSet, queryHead, key),
            ),
        );
        if (isRead) continue;
        poisoned++;
        values.fill(Number.NaN, line * headDim, (line + 1) * headDim);
      }
      // All but the unused rows of the cache are poisoned for being dropped.
      if (inputs.rows === 1 && inputs.firstPosition > 8)
        expect(poisoned).toBeGreaterThan(4 * kvHeads);
      expect(attend(ops, { ...inputs, values }, rule).output).toEqual(expected);
    });

    test("quantiles are order statistics of the weights that are not exempt", () => {
      for (const [tau, exempt] of [
        [0, 0],
        [0.5, 0],
        [0.875, 1],
        [1, 2],
      ] as const) {
        const thresholds = new Float32Array(shape.rows * shape.queryHeads).fill(-Infinity);
        const rule = sift(thresholds, "none", exempt);
        const options = { quantile: tau, keepFirst: exempt, keepLast: 2 * exempt };
        const quantiles = (precision: "f64" | "f32") =>
          reference(inputs, { kind: "full" }, precision).rows.flatMap((row) => [
            ...weightQuantiles(row, options),
          ]);
        const [oracle, float32] = [quantiles("f64"), quantiles("f32")];
        const { quantiles: result } = attend(ops, inputs, rule, { quantile: tau });
        const isThere = (_: unknown, i: number) => !Number.isNaN(oracle[i]);
        expect([...result!].map(Number.isNaN)).toEqual(oracle.map(Number.isNaN));
        const bound = roundingBound(oracle.filter(isThere), float32.filter(isThere));
        const error = maxAbsDifference([...result!].filter(isThere), oracle.filter(isThere));
        expect(error).toBeLessThanOrEqual(bound);
      }
    });

    test("value sums cover the rows of the call, whatever the rule", () => {
      const expected = sumOfValues(inputs, inputs.firstPosition + inputs.rows);
      for (const rule of rules) expect(attend(ops, inputs, rule).valueSums).toEqual(expected);
    });
  });

  test("one dropped key is an error that the bound shows", () => {
    const inputs = createInputs(shapes[3]!);
    const oracle = reference(inputs, { kind: "full" }, "f64").output;
    const bound = roundingBound(oracle, reference(inputs, { kind: "full" }, "f32").output);
    const window = { kind: "sliding-window", sinks: 0, window: inputs.firstPosition } as const;
    const { output } = attend(ops, inputs, { ...window, droppedMass: "none" });
    expect(maxAbsDifference(output, oracle)).toBeGreaterThan(bound);
  });

  test("of equal weights top-k keeps the lower indices", () => {
    const inputs = createInputs({ ...shapes[1]!, firstPosition: 9 });
    const keys = new Float32Array(inputs.keys.length);
    const rule = { kind: "top-k", fraction: 0.4, droppedMass: "none" } as const;
    const values = inputs.values.map((_, i) => Math.floor(i / inputs.headDim) % inputs.capacity);
    const { output, kept } = attend(ops, { ...inputs, keys, values }, rule);
    expect([...kept]).toEqual([4, 4, 4, 4]);
    expect(output[0]).toBeCloseTo((0 + 1 + 2 + 3) / 10, 6);
  });

  test.each([2 ** 31 + 10, 2 ** 32 - 1, Number.MAX_SAFE_INTEGER])(
    "%d exempt keys are all that there are",
    (count) => {
      for (const shape of [shapes[1]!, shapes[7]!]) {
        const inputs = createInputs(shape);
        const full = attend(ops, inputs, { kind: "full" }).output;
        const none = new Float32Array(shape.rows * shape.queryHeads).fill(1);
        const rest = {
          droppedMass: "none",
          sinks: 0,
          window: 1,
          keepFirst: 0,
          keepLast: 0,
        } as const;
        const window = { ...rest, kind: "sliding-window" } as const;
        const sifted = { ...rest, kind: "sift", logThresholds: none } as const;
        expect(attend(ops, inputs, { ...window, window: count }).output).toEqual(full);
        expect(attend(ops, inputs, { ...window, sinks: count }).output).toEqual(full);
        expect(attend(ops, inputs, { ...sifted, keepFirst: count }).output).toEqual(full);
        expect(attend(ops, inputs, { ...sifted, keepLast: count }).output).toEqual(full);
      }
    },
  );

  test("a score that is no number makes the output none, whatever the rule", () => {
    for (const shape of [shapes[2]!, shapes[8]!]) {
      const inputs = createInputs(shape);
      const keys = inputs.keys.slice().fill(Number.NaN, 0, 1);
      const { headDim } = inputs;
      for (const rule of rulesFor(inputs)) {
        const { output } = attend(ops, { ...inputs, keys }, rule);
        expect([...output.subarray(0, headDim)]).toEqual(new Array(headDim).fill(Number.NaN));
      }
    }
  });

  test("scores far apart neither overflow nor lose the heaviest key", () => {
    const inputs = createInputs({ ...shapes[2]!, firstPosition: 70 });
    const keys = inputs.keys.map((value) => 300 * value);
    const full = { kind: "full" } as const;
    const oracle = reference({ ...inputs, keys }, full, "f64").output;
    const bound = roundingBound(oracle, reference({ ...inputs, keys }, full, "f32").output);
    const { output } = attend(ops, { ...inputs, keys }, full);
    expect(maxAbsDifference(output, oracle)).toBeLessThanOrEqual(bound);
  });

  test("refuses shapes that do not fit", () => {
    const inputs = createInputs(shapes[8]!);
    const full = { kind: "full" } as const;
    expect(() => attend(ops, { ...inputs, kvHeads: 3 }, full)).toThrow("multiples of 3 KV heads");
    expect(() => attend(ops, { ...inputs, capacity: 100 }, full)).toThrow("positions below 100");
    expect(() => attend(ops, inputs, sift(new Float32Array(8)))).toThrow(
      "logThresholds: expected [9, 8], got 8 numbers",
    );
  });
});

function describeRule(rule: BuiltInRule): string {
  if (rule.kind !== "sift") return rule.kind;
  const exempt = rule.keepFirst > 0 ? " with exempt keys" : "";
  const none = rule.logThresholds[0] === 1 ? " that keeps nothing" : "";
  return `sift, ${rule.droppedMass}${exempt}${none}`;
}

describe("createWasmOps", () => {
  test("attention is the same bit for bit on 1, 2 and 3 threads and when repeated", async () => {
    const cases = shapes.map(createInputs).map((inputs) => ({ inputs, rules: rulesFor(inputs) }));
    const runs: unknown[] = [];
    for (const threads of [1, 2, 3, 3]) {
      const ops = await createWasmOps({ threads });
      runs.push(
        cases.map(({ inputs, rules }) =>
          rules.map((rule) => attend(ops, inputs, rule, { quantile: 0.75 })),
        ),
      );
      await ops.dispose();
    }
    for (const run of runs.slice(1)) expect(run).toEqual(runs[0]);
  });

  test("a row of attention does not depend on the rows computed with it, bit for bit", async () => {
    const ops = await createWasmOps({ threads: 2 });
    const inputs = createInputs({ ...shapes[8]!, rows: 21 });
    const width = inputs.queryHeads * inputs.headDim;
    for (const rule of rulesFor(inputs)) {
      const together = attend(ops, inputs, rule);
      let valueSums = sumOfValues(inputs, inputs.firstPosition);
      for (let row = 0; row < inputs.rows; row++) {
        const single: Inputs = {
          ...inputs,
          rows: 1,
          firstPosition: inputs.firstPosition + row,
          query: inputs.query.subarray(row * width, (row + 1) * width),
        };
        const alone = attend(ops, single, rowRule(rule, row, inputs.queryHeads), { valueSums });
        ({ valueSums } = alone);
        expect(alone.output).toEqual(together.output.subarray(row * width, (row + 1) * width));
        expect(alone.union).toEqual(together.union.subarray(2 * row, 2 * row + 2));
      }
    }
    await ops.dispose();
  });
});

function rowRule(rule: BuiltInRule, row: number, queryHeads: number): BuiltInRule {
  if (rule.kind !== "sift") return rule;
  const from = row * queryHeads;
  return { ...rule, logThresholds: rule.logThresholds.subarray(from, from + queryHeads) };
}
