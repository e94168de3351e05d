import {
  type CausalResult,
  causalAttention,
  maxAbsDifference,
  type Precision,
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
} from "./attention.fixture.ts";
import { implementations } from "./cpu-ops.fixture.ts";
import type { CpuOps } from "./cpu-ops.ts";
import { createWasmOps } from "./wasm-ops.ts";

/** Windows that begin before, at and after edges of tiles of 128 keys, and that are wider than the context. */
const cases: readonly (readonly [Shape, window: number])[] = [
  [{ queryHeads: 2, kvHeads: 1, headDim: 8, rows: 1, firstPosition: 0 }, 1],
  [{ queryHeads: 4, kvHeads: 2, headDim: 16, rows: 1, firstPosition: 140 }, 1],
  [{ queryHeads: 4, kvHeads: 2, headDim: 16, rows: 1, firstPosition: 140 }, 12],
  [{ queryHeads: 4, kvHeads: 2, headDim: 16, rows: 1, firstPosition: 140 }, 13],
  [{ queryHeads: 4, kvHeads: 2, headDim: 16, rows: 1, firstPosition: 140 }, 14],
  [{ queryHeads: 3, kvHeads: 3, headDim: 20, rows: 1, firstPosition: 700 }, 600],
  [{ queryHeads: 4, kvHeads: 1, headDim: 12, rows: 1, firstPosition: 20 }, 64],
  [{ queryHeads: 4, kvHeads: 2, headDim: 16, rows: 19, firstPosition: 120 }, 7],
  [{ queryHeads: 4, kvHeads: 2, headDim: 16, rows: 37, firstPosition: 250 }, 130],
  [{ queryHeads: 1, kvHeads: 1, headDim: 8, rows: 40, firstPosition: 0 }, 33],
];

function rulesFor({ rows, queryHeads }: Shape): BuiltInRule[] {
  const thresholds = new Float32Array(rows * queryHeads).fill(-2.5);
  return [
    { kind: "full" },
    { kind: "top-k", fraction: 0.3, droppedMass: "mean-value" },
    { kind: "sliding-window", sinks: 2, window: 3, droppedMass: "renormalise" },
    sift(thresholds, "mean-value"),
    sift(thresholds, "none", 2),
  ];
}

/** One row of a call as a call of its own over the keys that it sees. */
function visibleOnly(inputs: Inputs, row: number, window: number): Inputs {
  const { queryHeads, kvHeads, headDim, capacity, firstPosition } = inputs;
  const end = firstPosition + row + 1;
  const count = Math.min(end, window);
  const width = queryHeads * headDim;
  const cut = (cache: Float32Array): Float32Array =>
    Float32Array.from({ length: kvHeads * count * headDim }, (_, at) => {
      const head = Math.floor(at / (count * headDim));
      return cache[(head * capacity + end - count) * headDim + (at % (count * headDim))]!;
    });
  return {
    ...{ queryHeads, kvHeads, headDim, rows: 1, firstPosition: count - 1, capacity: count },
    query: inputs.query.subarray(row * width, (row + 1) * width),
    ...{ keys: cut(inputs.keys), values: cut(inputs.values) },
  };
}

/** The rule of one row of a call. */
function ruleOf(rule: BuiltInRule, row: number, queryHeads: number): BuiltInRule {
  if (rule.kind !== "sift") return rule;
  const logThresholds = rule.logThresholds.subarray(row * queryHeads, (row + 1) * queryHeads);
  return { ...rule, logThresholds };
}

/** The reference over the visible keys, row by row. */
function reference(
  inputs: Inputs,
  window: number,
  rule: BuiltInRule,
  precision: Precision,
): CausalResult[] {
  return Array.from({ length: inputs.rows }, (_, row) => {
    const { queryHeads, kvHeads, headDim, ...call } = visibleOnly(inputs, row, window);
    const geometry = { queryHeads, kvHeads, headDim };
    return causalAttention({ ...call, geometry, rule: ruleOf(rule, row, queryHeads), precision });
  });
}

const join = (
  results: readonly CausalResult[],
  key: "output" | "kept" | "unionKept" | "droppedMass",
): number[] => results.flatMap((result) => [...result[key]]);

describe.each(implementations)("CpuOps.attention with a window, $name", ({ create }) => {
  let ops: CpuOps;
  beforeAll(async () => {
    ops = await create();
  });
  afterAll(() => ops.dispose());

  describe.each(cases.map(([shape, window]) => [window, label(shape), shape] as const))(
    "of %i keys, %s",
    (window, _, shape) => {
      const inputs = createInputs(shape);
      const rules = rulesFor(shape);

      test.each(rules.map((rule) => [rule.kind, rule] as const))(
        "%s is the reference over the visible keys",
        (_, rule) => {
          const oracle = reference(inputs, window, rule, "f64");
          const float32 = reference(inputs, window, rule, "f32");
          const result = attend(ops, inputs, rule, { window });
          expect([...result.kept]).toEqual(join(oracle, "kept"));
          expect([...result.union]).toEqual(join(oracle, "unionKept"));
          for (const key of ["output", "droppedMass"] as const) {
            const bound = roundingBound(join(oracle, key), join(float32, key));
            const error = maxAbsDifference(result[key], join(oracle, key));
            expect(error).toBeLessThanOrEqual(bound);
          }
        },
      );

      test("quantiles are those of the visible keys", () => {
        const quantiles = (precision: Precision): number[] =>
          reference(inputs, window, { kind: "full" }, precision).flatMap(({ rows }) => [
            ...weightQuantiles(rows[0]!, { quantile: 0.6 }),
          ]);
        const [oracle, float32] = [quantiles("f64"), quantiles("f32")];
        const result = attend(ops, inputs, { kind: "full" }, { window, quantile: 0.6 });
        const error = maxAbsDifference([...result.quantiles!], oracle);
        expect(error).toBeLessThanOrEqual(roundingBound(oracle, float32));
      });

      test("rows outside all windows are not read", () => {
        const first = Math.max(0, shape.firstPosition + 1 - window);
        const poison = (cache: Float32Array): Float32Array =>
          cache.map((value, at) =>
            Math.floor(at / shape.headDim) % inputs.capacity < first - 1 ? Number.NaN : value,
          );
        const values = poison(inputs.values);
        const keys = poison(inputs.keys);
        const { output } = attend(ops, inputs, { kind: "full" }, { window });
        const valueSums = new Float32Array(shape.kvHeads * shape.headDim);
        const options = { window, valueSums };
        const full = { kind: "full" } as const;
        expect(attend(ops, { ...inputs, values, keys }, full, options).output).toEqual(output);
      });

      test("a row does not depend on the rows computed with it, bit for bit", () => {
        const width = shape.queryHeads * shape.headDim;
        for (const rule of rules) {
          const together = attend(ops, inputs, rule, { window });
          for (let row = 0; row < shape.rows; row++) {
            const query = inputs.query.subarray(row * width, (row + 1) * width);
            const firstPosition = shape.firstPosition + row;
            const single = { ...inputs, rows: 1, firstPosition, query };
            const alone = attend(ops, single, ruleOf(rule, row, shape.queryHeads), { window });
            expect(alone.output).toEqual(together.output.subarray(row * width, (row + 1) * width));
            if (row === shape.rows - 1) expect(alone.valueSums).toEqual(together.valueSums);
          }
        }
      });
    },
  );

  test("a window that holds every key is none, bit for bit", () => {
    const [shape] = cases[8]!;
    const inputs = createInputs(shape);
    for (const rule of rulesFor(shape)) {
      const plain = attend(ops, inputs, rule, { quantile: 0.5 });
      for (const window of [shape.firstPosition + shape.rows, 2 ** 40]) {
        expect(attend(ops, inputs, rule, { quantile: 0.5, window })).toEqual(plain);
      }
    }
  });

  test("one key more is an error that the bound shows", () => {
    const [shape, window] = cases[8]!;
    const inputs = createInputs(shape);
    const full = { kind: "full" } as const;
    const [oracle, float32] = (["f64", "f32"] as const).map((precision) =>
      join(reference(inputs, window, full, precision), "output"),
    );
    const { output } = attend(ops, inputs, full, { window: window + 1 });
    expect(maxAbsDifference(output, oracle!)).toBeGreaterThan(roundingBound(oracle!, float32!));
  });

  test.each([0, -1, 1.5, Number.NaN])("refuses a window of %d", (window) => {
    const inputs = createInputs(cases[0]![0]);
    expect(() => attend(ops, inputs, { kind: "full" }, { window })).toThrow(
      `window: expected a whole number from 1, got ${window}`,
    );
  });
});

describe("createWasmOps", () => {
  test("attention with a window is the same bit for bit on 1, 2 and 3 threads", async () => {
    const runs: unknown[] = [];
    for (const threads of [1, 2, 3]) {
      const ops = await createWasmOps({ threads });
      runs.push(
        cases.map(([shape, window]) =>
          rulesFor(shape).map((rule) => attend(ops, createInputs(shape), rule, { window })),
        ),
      );
      await ops.dispose();
    }
    for (const run of runs.slice(1)) expect(run).toEqual(runs[0]);
  });
});
