import {
  type CausalCall,
  causalAttention,
  maxAbsDifference,
  roundingBound,
} from "@sift-attention/reference-attention";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DroppedMassRule } from "../attention-mode.ts";
import type { KeyChoice } from "../key-choice.ts";
import {
  attend,
  createInputs,
  type Inputs,
  label,
  type Shape,
  sumOfValues,
} from "./attention.fixture.ts";
import { implementations } from "./cpu-ops.fixture.ts";
import type { CpuAttentionRule, CpuOps } from "./cpu-ops.ts";
import { createWasmOps } from "./wasm-ops.ts";

type Choice = Omit<KeyChoice, "layer">;

const shapes: readonly Shape[] = [
  { queryHeads: 1, kvHeads: 1, headDim: 8, rows: 1, firstPosition: 0 },
  { queryHeads: 8, kvHeads: 2, headDim: 64, rows: 1, firstPosition: 128 },
  { queryHeads: 3, kvHeads: 1, headDim: 80, rows: 1, firstPosition: 511 },
  { queryHeads: 1, kvHeads: 1, headDim: 8, rows: 33, firstPosition: 0 },
  { queryHeads: 6, kvHeads: 2, headDim: 20, rows: 11, firstPosition: 120 },
];

const SINKS = 2;
const WINDOW = 5;

/** The sinks and the window that the reference knows, as a rule of the caller's own. */
function chooseWindow({ kept, count }: Choice): void {
  for (const line of kept) {
    line.fill(1, 0, SINKS);
    line.fill(1, Math.max(0, count - WINDOW));
  }
}

const custom = (
  choose: (choice: Choice) => void,
  droppedMass: DroppedMassRule = "none",
): CpuAttentionRule => ({ kind: "custom", choose, droppedMass });

function reference(
  inputs: Inputs,
  rule: NonNullable<CausalCall["rule"]>,
  precision: "f64" | "f32",
) {
  const { queryHeads, kvHeads, headDim, ...call } = inputs;
  return causalAttention({ ...call, geometry: { queryHeads, kvHeads, headDim }, rule, precision });
}

describe.each(implementations)("a custom rule of CpuOps.attention, $name", ({ create }) => {
  let ops: CpuOps;
  beforeAll(async () => {
    ops = await create();
  });
  afterAll(() => ops.dispose());

  describe.each(shapes.map((shape) => [label(shape), shape] as const))("%s", (_, shape) => {
    const inputs = createInputs(shape);

    test.each(["none", "renormalise", "mean-value"] as const)(
      "keeps what it says, within honest rounding of the float64 reference; dropped mass: %s",
      (droppedMass) => {
        const rule = { kind: "sliding-window", sinks: SINKS, window: WINDOW, droppedMass } as const;
        const oracle = reference(inputs, rule, "f64");
        const float32 = reference(inputs, rule, "f32");
        const result = attend(ops, inputs, custom(chooseWindow, droppedMass));
        expect([...result.kept]).toEqual([...oracle.kept]);
        expect([...result.union]).toEqual([...oracle.unionKept]);
        const bound = roundingBound(oracle.output, float32.output);
        expect(maxAbsDifference(result.output, oracle.output)).toBeLessThanOrEqual(bound);
        const massBound = roundingBound(oracle.droppedMass, float32.droppedMass);
        const massError = maxAbsDifference(result.droppedMass, oracle.droppedMass);
        expect(massError).toBeLessThanOrEqual(massBound);
        expect(result.valueSums).toEqual(sumOfValues(inputs, inputs.firstPosition + inputs.rows));
      },
    );

    test("is asked row by row, with scores, queries and keys of what the row sees", () => {
      const { queryHeads, kvHeads, headDim, rows, firstPosition, capacity } = inputs;
      const group = queryHeads / kvHeads;
      const asked: [number, number][] = [];
      const check = (choice: Choice): void => {
        const { position, kvHead, firstKey, count, scores, queries, keys, kept } = choice;
        asked.push([position, kvHead]);
        expect([firstKey, count]).toEqual([0, position + 1]);
        const from = kvHead * capacity * headDim;
        expect([...keys]).toEqual([...inputs.keys.subarray(from, from + count * headDim)]);
        expect(scores.map((line) => line.length)).toEqual(new Array(group).fill(count));
        for (let g = 0; g < group; g++) {
          const line = (position - firstPosition) * queryHeads + kvHead * group + g;
          const query = inputs.query.subarray(line * headDim, (line + 1) * headDim);
          expect([...queries[g]!]).toEqual([...query]);
          expect(kept[g]!.some((flag) => flag !== 0)).toBe(false);
          const key = count >> 1;
          const product = query.reduce((sum, q, i) => sum + q * keys[key * headDim + i]!, 0);
          expect(scores[g]![key]).toBeCloseTo(product / Math.sqrt(headDim), 4);
        }
        chooseWindow(choice);
      };
      attend(ops, inputs, custom(check));
      const positions = Array.from({ length: rows }, (_, row) => firstPosition + row);
      const heads = Array.from({ length: kvHeads }, (_, head) => head);
      expect(asked).toEqual(positions.flatMap((at) => heads.map((head) => [at, head])));
    });
  });

  test("sees the visible keys alone in a layer with a window of its own", () => {
    const inputs = createInputs({ ...shapes[4]!, firstPosition: 150 });
    const seen: number[][] = [];
    const choose = (choice: Choice): void => {
      if (choice.kvHead === 0) seen.push([choice.firstKey, choice.count, choice.scores[0]!.length]);
      for (const line of choice.kept) line.fill(1);
    };
    const result = attend(ops, inputs, custom(choose), { window: 140 });
    expect(seen).toEqual(Array.from({ length: 11 }, (_, row) => [11 + row, 140, 140]));
    const full = attend(ops, inputs, { kind: "full" }, { window: 140 });
    expect(maxAbsDifference(result.output, full.output)).toBeLessThan(1e-5);
    expect([...result.droppedMass]).toEqual(new Array(66).fill(0));
  });

  test("one key less is an error that the bound shows", () => {
    const inputs = createInputs(shapes[1]!);
    const oracle = reference(inputs, { kind: "full" }, "f64").output;
    const bound = roundingBound(oracle, reference(inputs, { kind: "full" }, "f32").output);
    const all = (choice: Choice): void => choice.kept.forEach((line) => void line.fill(1));
    const allButOne = (choice: Choice): void => choice.kept.forEach((line) => void line.fill(1, 1));
    const errorOf = (choose: (choice: Choice) => void): number =>
      maxAbsDifference(attend(ops, inputs, custom(choose)).output, oracle);
    expect(errorOf(all)).toBeLessThanOrEqual(bound);
    expect(errorOf(allButOne)).toBeGreaterThan(bound);
  });
});

describe("a custom rule in WebAssembly", () => {
  test("gives the same bits on 1, 2 and 3 threads and for each row alone", async () => {
    const inputs = createInputs(shapes[4]!);
    const outputs: Float32Array[] = [];
    for (const threads of [1, 2, 3]) {
      const ops = await createWasmOps({ threads });
      outputs.push(attend(ops, inputs, custom(chooseWindow, "mean-value")).output);
      if (threads === 2) outputs.push(rowByRow(ops, inputs));
      await ops.dispose();
    }
    for (const output of outputs.slice(1)) expect(output).toEqual(outputs[0]);
  });
});

function rowByRow(ops: CpuOps, inputs: Inputs): Float32Array {
  const width = inputs.queryHeads * inputs.headDim;
  const output = new Float32Array(inputs.rows * width);
  let valueSums = sumOfValues(inputs, inputs.firstPosition);
  for (let row = 0; row < inputs.rows; row++) {
    const query = inputs.query.subarray(row * width, (row + 1) * width);
    const single = { ...inputs, rows: 1, firstPosition: inputs.firstPosition + row, query };
    const result = attend(ops, single, custom(chooseWindow, "mean-value"), { valueSums });
    ({ valueSums } = result);
    output.set(result.output, row * width);
  }
  return output;
}
