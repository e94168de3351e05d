import { maxAbsDifference, roundingBound } from "@sift-attention/reference-attention";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { implementations, normals, regionOf, unsetRegion } from "./cpu-ops.fixture.ts";
import type { CpuOps, CpuRegion } from "./cpu-ops.ts";

type Round = (value: number) => number;
const precisions: readonly Round[] = [(value) => value, Math.fround];

/** Runs a definition in float64 and with every operation rounded to float32, and holds the result to both. */
function expectHonest(
  result: Float32Array,
  define: (round: Round) => ArrayLike<number>,
  wrong: ArrayLike<number>,
): void {
  const [oracle, float32] = precisions.map((round) => define(round));
  const bound = roundingBound(oracle!, float32!);
  expect(maxAbsDifference(result, oracle!)).toBeLessThanOrEqual(bound);
  expect(maxAbsDifference(result, wrong)).toBeGreaterThan(bound);
}

describe.each(implementations)("CpuOps, $name", ({ create }) => {
  let ops: CpuOps;
  beforeAll(async () => {
    ops = await create();
  });
  afterAll(() => ops.dispose());

  test.each([1, 3, 4, 63, 64, 130])(
    "rmsNorm divides rows of %i by their root mean square",
    (width) => {
      const rows = 19;
      const [numbers, weight] = [normals(rows * width, 1), normals(width, 2)];
      const x = regionOf(ops, numbers);
      ops.rmsNorm(x, x, regionOf(ops, weight), rows, width, 1e-3);
      const define = (round: Round, epsilon = 1e-3) =>
        Float64Array.from(numbers, (number, at) => {
          const row = numbers.subarray(at - (at % width), at - (at % width) + width);
          const squares = row.reduce((sum, value) => round(sum + round(value * value)), 0);
          const mean = round(round(squares / width) + epsilon);
          return round(round(number * round(1 / round(Math.sqrt(mean)))) * weight[at % width]!);
        });
      expectHonest(
        x.floats(),
        define,
        define((value) => value, 2e-3),
      );
    },
  );

  test.each([1, 3, 4, 63, 64, 130])(
    "layerNorm centres rows of %i and divides them by their deviation",
    (width) => {
      const rows = 19;
      const numbers = normals(rows * width, 1).map((value) => value + 3);
      const [weights, biases] = [normals(width, 2), normals(width, 3)];
      const x = regionOf(ops, numbers);
      const [weight, bias] = [regionOf(ops, weights), regionOf(ops, biases)];
      ops.layerNorm(x, x, { weight, bias, rows, width, epsilon: 1e-3 });
      const define = (round: Round, epsilon = 1e-3) =>
        Float64Array.from(numbers, (number, at) => {
          const row = numbers.subarray(at - (at % width), at - (at % width) + width);
          const mean = round(row.reduce((sum, value) => round(sum + value), 0) / width);
          const squares = row.reduce((sum, value) => round(sum + round((value - mean) ** 2)), 0);
          const variance = round(round(squares / width) + epsilon);
          const scaled = round(round(number - mean) * round(1 / round(Math.sqrt(variance))));
          return round(round(scaled * weights[at % width]!) + biases[at % width]!);
        });
      const wrong = define((value) => value, 2e-3).map((value) => value + (width === 1 ? 0.1 : 0));
      expectHonest(x.floats(), define, wrong);
    },
  );

  test.each([1, 2, 3, 5, 64, 20_001])(
    "geluMultiply, gelu, scale and softCap go over %i numbers and no further",
    (count) => {
      const gates = normals(count + 1, 3).map((value) => 3 * value);
      const ups = normals(count + 1, 4);
      const gelu = (round: Round, up: (i: number) => number) =>
        Float64Array.from(gates.subarray(0, count), (x, i) => {
          const inner = round(x + round(0.044715 * round(round(x * x) * x)));
          const tanh = round(Math.tanh(round(Math.sqrt(2 / Math.PI) * inner)));
          return round(round(round(x / 2) * round(1 + tanh)) * up(i));
        });
      const cap = (round: Round) =>
        Float64Array.from(gates.subarray(0, count), (x) =>
          round(2.5 * round(Math.tanh(round(x / 2.5)))),
        );
      const scale = (round: Round) =>
        Float64Array.from(gates.subarray(0, count), (x) => round(x * Math.fround(25.3)));
      for (const [apply, define] of [
        [(x, up) => ops.geluMultiply(x, up, count), (round) => gelu(round, (i) => ups[i]!)],
        [(x) => ops.gelu(x, count), (round) => gelu(round, () => 1)],
        [(x) => ops.softCap(x, 2.5, count), cap],
        [(x) => ops.scale(x, Math.fround(25.3), count), scale],
      ] as readonly (readonly [(x: CpuRegion, up: CpuRegion) => void, typeof cap])[]) {
        const x = regionOf(ops, gates);
        apply(x, regionOf(ops, ups));
        const wrong = define((value) => value).map((value, i) => (i === 0 ? value * 1.001 : value));
        expectHonest(x.floats().slice(0, count), define, wrong);
        expect(x.floats()[count]).toBe(gates[count]);
      }
    },
  );

  test("gelu and softCap are right near 0 and at both ends of exp", () => {
    const x = Float32Array.of(-200, -20, -1e-3, -1e-30, 0, 1e-30, 1e-3, 0.2499, 0.2501, 20, 200);
    const capped = regionOf(ops, x);
    ops.softCap(capped, 1, x.length);
    for (const [i, value] of capped.floats().entries()) {
      expect(Math.abs(value - Math.tanh(x[i]!))).toBeLessThanOrEqual(2 ** -22 * Math.abs(x[i]!));
      expect(Math.abs(value)).toBeLessThanOrEqual(1);
    }
    const halves = regionOf(ops, x);
    ops.gelu(halves, x.length);
    expect([...halves.floats()].map((value) => value + 0)).toMatchObject({
      0: 0,
      4: 0,
      9: 20,
      10: 200,
    });
    expect(halves.floats()[5]! / 5e-31).toBeCloseTo(1, 6);
  });

  test("layerNorm keeps its accuracy where the mean is large", () => {
    const numbers = Float32Array.from({ length: 64 }, (_, i) => 10_000 + (i % 2));
    const x = regionOf(ops, numbers);
    const weight = regionOf(ops, new Float32Array(64).fill(1));
    const bias = regionOf(ops, new Float32Array(64));
    ops.layerNorm(x, x, { weight, bias, rows: 1, width: 64, epsilon: 0 });
    for (const [i, value] of x.floats().entries()) expect(value).toBeCloseTo(i % 2 ? 1 : -1, 5);
  });

  test.each([1, 2, 3, 5, 64, 20_001])(
    "siluMultiply and add go over %i numbers and no further",
    (count) => {
      const gates = normals(count + 1, 3).map((value) => 8 * value);
      const ups = normals(count + 1, 4);
      const [gate, up] = [regionOf(ops, gates), regionOf(ops, ups)];
      ops.siluMultiply(gate, up, count);
      const silu = (round: Round) =>
        Float64Array.from(ups.subarray(0, count), (value, i) =>
          round(round(gates[i]! / round(1 + round(Math.exp(-gates[i]!)))) * value),
        );
      const wrong = silu((value) => value).map((value, i) => (i === 0 ? value * 1.001 : value));
      expectHonest(gate.floats().slice(0, count), silu, wrong);
      expect(gate.floats()[count]).toBe(gates[count]);
      const x = regionOf(ops, gates);
      ops.add(x, up, count);
      const sums = gates.map((value, i) => (i < count ? value + ups[i]! : value));
      expect(x.floats()).toEqual(sums);
    },
  );

  test("siluMultiply is right at both ends of exp", () => {
    const gate = regionOf(ops, Float32Array.of(-200, -88, 0, 88, 200));
    ops.siluMultiply(gate, regionOf(ops, new Float32Array(5).fill(1)), 5);
    const [lowest, low, ...others] = gate.floats();
    expect(lowest! + 0).toBe(0);
    expect(Math.abs(low! / (-88 * Math.exp(-88)) - 1)).toBeLessThan(1e-6);
    expect(others).toEqual([0, 88, 200]);
  });

  describe.each(["half", "interleaved"] as const)("rotate, %s", (layout) => {
    test.each([
      { rows: 3, heads: 2, headDim: 8, pairs: 4 },
      { rows: 35, heads: 3, headDim: 80, pairs: 40 },
      { rows: 1, heads: 1, headDim: 10, pairs: 3 },
    ])("turns $pairs pairs of [$rows, $heads, $headDim]", ({ rows, heads, headDim, pairs }) => {
      const numbers = normals(rows * heads * headDim, 5);
      const frequencies = Float64Array.from({ length: pairs }, (_, i) => 500 ** (-i / pairs));
      const x = regionOf(ops, numbers);
      ops.rotate(x, { rows, heads, headDim, firstPosition: 4_000, frequencies, layout });
      const define = (round: Round, first = 4_000) => {
        const out = Float64Array.from(numbers);
        for (let line = 0; line < rows * heads; line++) {
          for (let pair = 0; pair < pairs; pair++) {
            const at = line * headDim + (layout === "half" ? pair : 2 * pair);
            const partner = at + (layout === "half" ? pairs : 1);
            const angle = (first + Math.floor(line / heads)) * frequencies[pair]!;
            const [c, s] = [round(Math.cos(angle)), round(Math.sin(angle))];
            const [a, b] = [numbers[at]!, numbers[partner]!];
            out[at] = round(round(a * c) - round(b * s));
            out[partner] = round(round(b * c) + round(a * s));
          }
        }
        return out;
      };
      expectHonest(
        x.floats(),
        define,
        define((value) => value, 4_001),
      );
    });

    test("follows when position, rows or frequencies change", () => {
      const turn = (rows: number, firstPosition: number, frequency: number) => {
        const x = regionOf(ops, new Float32Array(rows * 4).fill(1));
        const frequencies = Float64Array.of(frequency, 0);
        ops.rotate(x, { rows, heads: 1, headDim: 4, firstPosition, frequencies, layout });
        return x.floats()[0]!;
      };
      const expected = (angle: number) => Math.fround(Math.cos(angle) - Math.sin(angle));
      for (const [rows, position, frequency] of [
        [1, 3, 0.5],
        [2, 3, 0.5],
        [1, 4, 0.5],
        [1, 4, 0.25],
      ] as const) {
        expect(turn(rows, position, frequency)).toBeCloseTo(expected(position * frequency), 6);
      }
    });
  });

  test("rotate refuses more pairs than a head has", () => {
    const call = { rows: 1, heads: 1, headDim: 4, firstPosition: 0, layout: "half" } as const;
    const x = unsetRegion(ops, 4);
    expect(() => ops.rotate(x, { ...call, frequencies: new Float64Array(3) })).toThrow(
      "frequencies: expected at most 2, got 3",
    );
  });

  test("append puts rows where they belong and touches nothing else", () => {
    const [rows, kvHeads, headDim, capacity, firstPosition] = [3, 2, 5, 7, 2];
    const cache = regionOf(ops, new Float32Array(kvHeads * capacity * headDim).fill(-1));
    const numbers = normals(rows * kvHeads * headDim, 6);
    ops.append(cache, regionOf(ops, numbers), { rows, kvHeads, headDim, capacity, firstPosition });
    const expected = Array.from({ length: kvHeads * capacity * headDim }, (_, at) => {
      const row = (Math.floor(at / headDim) % capacity) - firstPosition;
      const head = Math.floor(at / headDim / capacity);
      if (row < 0 || row >= rows) return -1;
      return numbers[(row * kvHeads + head) * headDim + (at % headDim)];
    });
    expect([...cache.floats()]).toEqual(expected);
  });

  test("append refuses rows that do not fit", () => {
    const call = { rows: 2, kvHeads: 1, headDim: 4, capacity: 3 };
    const [cache, x] = [unsetRegion(ops, 12), unsetRegion(ops, 8)];
    expect(() => ops.append(cache, x, { ...call, firstPosition: 2 })).toThrow(
      "append: expected positions below 3, got 2 to 3",
    );
  });
});
