import { openGpu, validateShader } from "@sift-attention/gpu";
import { maxAbsDifference, roundingBound } from "@sift-attention/reference-attention";
import { quantiseRows } from "@sift-attention/sift-attention-kernels";
import { openTestGpu } from "@sift-attention/testing/test-gpu";
import { describe, expect, test } from "vitest";
import { floatBuffer, inBothPrecisions, normals } from "../row-places/row-rig.fixture.ts";
import { createAppend } from "./append.ts";
import { type AppendCase, appendedRows } from "./append-case.fixture.ts";
import { appendConstants, appendKernel } from "./append-kernel.ts";
import type { AppendOptions } from "./append-options.ts";
import { runAppend } from "./append-rig.fixture.ts";

const gpu = await openTestGpu(openGpu);

const shape = { slots: 3, capacity: 300, kvType: "f32" } as const;
const places = [
  { slot: 2, position: 0 },
  { slot: 0, position: 1 },
  { slot: 1, position: 255 },
  { slot: 0, position: 256 },
  { slot: 2, position: 299 },
];

const variants: readonly (readonly [string, AppendOptions])[] = [
  ["no rotation", { ...shape, geometry: { queryHeads: 3, kvHeads: 3, headDim: 8 } }],
  [
    "all of a head rotated by halves",
    {
      ...shape,
      geometry: { queryHeads: 4, kvHeads: 2, headDim: 64 },
      rotary: { pairs: 32, layout: "half" },
    },
  ],
  [
    "pairs side by side, part of a head",
    {
      ...shape,
      geometry: { queryHeads: 2, kvHeads: 1, headDim: 40 },
      rotary: { pairs: 9, layout: "interleaved" },
    },
  ],
  [
    "an odd number of halves, norms",
    {
      ...shape,
      geometry: { queryHeads: 3, kvHeads: 1, headDim: 24 },
      rotary: { pairs: 5, layout: "half" },
      headNorms: { epsilon: 1e-3 },
    },
  ],
];

function caseOf(options: AppendOptions): AppendCase {
  const { queryHeads, kvHeads, headDim } = options.geometry;
  const pairs = options.rotary?.pairs ?? 0;
  return {
    options,
    places,
    qkv: normals(places.length * (queryHeads + 2 * kvHeads) * headDim, 1),
    frequencies: Float64Array.from({ length: pairs }, (_, i) => 500 ** (-i / pairs)),
    queryNorm: normals(headDim, 2),
    keyNorm: normals(headDim, 3),
  };
}

const written = (numbers: ArrayLike<number>): number[] =>
  Array.from(numbers).filter((number) => !Number.isNaN(number));

describe.each(variants)("createAppend, %s", (_, options) => {
  const each = caseOf(options);

  test("gives queries and fills the cache as defined, and nothing else of it", async () => {
    const got = await runAppend(gpu, each);
    const [exact, float32] = inBothPrecisions((round) => appendedRows(each, round));
    for (const name of ["queries", "keys", "values"] as const) {
      const holes = (numbers: ArrayLike<number>) => Array.from(numbers, Number.isNaN);
      expect(holes(got[name])).toEqual(holes(exact[name]));
      const [expected, twin] = [written(exact[name]), written(float32[name])];
      const error = maxAbsDifference(written(got[name]), expected);
      expect(error).toBeLessThanOrEqual(roundingBound(expected, twin));
    }
  });

  test("gives the same bits at every run", async () => {
    expect(await runAppend(gpu, each)).toEqual(await runAppend(gpu, each));
  });

  test("rounds what an f16 cache holds", async () => {
    const wide = await runAppend(gpu, each);
    const narrow = await runAppend(gpu, { ...each, options: { ...options, kvType: "f16" } });
    expect(narrow.queries).toEqual(wide.queries);
    for (const name of ["keys", "values"] as const) {
      const [exact, rounded] = [written(wide[name]), written(narrow[name])];
      expect(rounded.length).toBe(exact.length);
      const isNear = (x: number, i: number) =>
        Math.abs(x - exact[i]!) <= 2 ** -10 * Math.abs(exact[i]!) + 2 ** -24;
      expect(rounded.every(isNear)).toBe(true);
    }
  });
});

describe.each([
  ["heads rotated by halves", variants[1]![1]],
  ["an odd number of halves, norms", variants[3]![1]],
] as const)("createAppend to a cache of eight bits, %s", async (_, options) => {
  const each = caseOf({ ...options, kvType: "i8" });
  const { headDim } = options.geometry;
  const got = await runAppend(gpu, each);
  const wide = await runAppend(gpu, caseOf(options));
  const [exact, float32] = inBothPrecisions((round) => appendedRows(each, round));

  /** Greatest magnitude of the row of each number. */
  function greatest(numbers: ArrayLike<number>): number[] {
    return Array.from(numbers, (_, i) => {
      const start = i - (i % headDim);
      const row = Array.from({ length: headDim }, (_, j) => Math.abs(numbers[start + j]!));
      return Math.max(...row);
    });
  }

  /** Numbers that lie further from what they ought to be than half a step of their row and rounding. */
  function isBeyondHalfAStep(name: "keys" | "values", truth: ArrayLike<number>): number {
    const rounding = roundingBound(written(exact[name]), written(float32[name]));
    const tops = greatest(truth);
    const isBeyond = (x: number, i: number) =>
      Math.abs(x - truth[i]!) > tops[i]! / 254 + 2 * rounding;
    return Array.from(got[name]).filter(isBeyond).length;
  }

  test("leaves queries as they are, and rows within half a step of what is defined", () => {
    expect(got.queries).toEqual(wide.queries);
    for (const name of ["keys", "values"] as const) {
      const holes = (numbers: ArrayLike<number>) => Array.from(numbers, Number.isNaN);
      expect(holes(got[name])).toEqual(holes(exact[name]));
      expect(isBeyondHalfAStep(name, exact[name])).toBe(0);
    }
  });

  test("a rotation by another angle is beyond half a step", () => {
    const frequencies = each.frequencies.map((frequency, i) => frequency + (i === 0 ? 0.1 : 0));
    const wrong = appendedRows({ ...each, frequencies }, (x) => x);
    expect(isBeyondHalfAStep("keys", wrong.keys)).toBeGreaterThan(0);
  });

  test("gives the rows of quantiseRows, but for numbers that lie halfway between two", () => {
    for (const name of ["keys", "values"] as const) {
      const rows = Float32Array.from(written(wide[name]));
      const { numbers, scales } = quantiseRows(rows, headDim);
      for (const [i, x] of written(got[name]).entries()) {
        const scale = scales[Math.floor(i / headDim)]!;
        const isBetween = Math.abs(Math.abs((rows[i]! / scale) % 1) - 0.5) < 1e-3;
        const number = Math.round(x / scale);
        expect(Math.abs(x / scale - number)).toBeLessThan(1e-4);
        expect(Math.abs(number - numbers[i]!)).toBeLessThanOrEqual(isBetween ? 1 : 0);
      }
    }
  });

  test("gives the same bits at every run", async () => {
    expect(await runAppend(gpu, each)).toEqual(got);
  });
});

describe("sums of values", () => {
  const geometry = { queryHeads: 4, kvHeads: 2, headDim: 8 };
  const cache = { slots: 3, capacity: 40, kvType: "f32" } as const;

  function summedCase(window?: number): AppendCase {
    const options = { ...cache, geometry, ...(window !== undefined && { window }) };
    return {
      ...caseOf(options),
      places: [
        { slot: 2, position: 30, extendsSums: true },
        { slot: 0, position: 0, extendsSums: true },
        { slot: 1, position: 7 },
      ],
      values: normals(3 * 2 * 40 * 8, 4),
      valueSums: normals(3 * 2 * 8, 5),
    };
  }

  test.each([undefined, 1, 12, 30, 31])(
    "rows that extend them take their value in, and out what a window of %s leaves",
    async (window) => {
      const each = summedCase(window);
      const { valueSums } = await runAppend(gpu, each);
      const [exact, float32] = inBothPrecisions((round) => appendedRows(each, round).valueSums);
      expect(maxAbsDifference(valueSums, exact)).toBeLessThanOrEqual(roundingBound(exact, float32));
      const untouched = [...each.valueSums!.subarray(16, 32)];
      expect([...Array.from(valueSums).slice(16, 32)]).toEqual(untouched);
    },
  );

  test.each([undefined, 12])(
    "take in and out of a cache of eight bits what is stored, with a window of %s",
    async (window) => {
      const whole = summedCase(window);
      const each = { ...whole, options: { ...whole.options, kvType: "i8" } as const };
      const { valueSums, values } = await runAppend(gpu, each);
      const stored = { ...each, qkv: each.qkv.slice(), values: Float32Array.from(values) };
      for (const [row, { slot, position }] of each.places.entries()) {
        for (let head = 0; head < 2; head++) {
          const from = ((slot * 2 + head) * 40 + position) * 8;
          stored.qkv.set(stored.values.subarray(from, from + 8), (row * 8 + 6 + head) * 8);
        }
      }
      const [exact, float32] = inBothPrecisions((round) => appendedRows(stored, round).valueSums);
      const bound = roundingBound(exact, float32);
      expect(maxAbsDifference(valueSums, exact)).toBeLessThanOrEqual(bound);
      const unrounded = appendedRows({ ...stored, qkv: each.qkv }, (x) => x).valueSums;
      expect(maxAbsDifference(valueSums, unrounded)).toBeGreaterThan(bound);
    },
  );

  test("a value that went in twice would be seen", async () => {
    const each = summedCase();
    const [exact, float32] = inBothPrecisions((round) => appendedRows(each, round).valueSums);
    const twice = appendedRows({ ...each, valueSums: Float32Array.from(exact) }, (x) => x);
    expect(maxAbsDifference(twice.valueSums, exact)).toBeGreaterThan(roundingBound(exact, float32));
  });
});

describe("createAppend", () => {
  const [, options] = variants[1]!;

  test("is seen to be wrong when a position is off by one", async () => {
    const each = caseOf(options);
    const { queries } = await runAppend(gpu, each);
    const [exact, float32] = inBothPrecisions((round) => appendedRows(each, round).queries);
    const shifted = places.map(({ slot, position }) => ({
      slot,
      position: Math.abs(position - 1),
    }));
    const wrong = appendedRows({ ...each, places: shifted }, (x) => x).queries;
    expect(maxAbsDifference(queries, wrong)).toBeGreaterThan(roundingBound(exact, float32));
  });

  test.each(["f16", "f32", "i8"] as const)(
    "compiles for a cache of %s with everything that a head may have",
    async (kvType) => {
      using checker = await openGpu({ backend: "null" });
      for (const headDim of [kvType === "i8" ? 4 : 2, 128, 512]) {
        const geometry = { queryHeads: 8, kvHeads: 2, headDim };
        const full = {
          ...variants[3]![1],
          kvType,
          geometry,
          rotary: { pairs: headDim / 2, layout: "half" },
        } as const;
        expect(await validateShader(checker, appendKernel(full), appendConstants(full))).toEqual(
          [],
        );
      }
    },
  );

  test.each([
    [{ rotary: { pairs: 33, layout: "half" } }, "pairs: expected 1 to 32, got 33"],
    [{ rotary: { pairs: 0, layout: "half" } }, "pairs: expected 1 to 32, got 0"],
    [
      { geometry: { queryHeads: 1, kvHeads: 1, headDim: 7 } },
      "headDim: expected an even number up to 512, got 7",
    ],
    [
      { kvType: "i8", geometry: { queryHeads: 1, kvHeads: 1, headDim: 66 } },
      "headDim: expected a multiple of 4 for a cache of eight bits, got 66",
    ],
  ] as const)("refuses %o", async (wrong, message) => {
    const refused = createAppend(gpu, { ...options, ...wrong });
    await expect(refused).rejects.toMatchObject({
      code: "bad-option",
      message: `append: ${message}`,
    });
  });

  test("refuses to go without angles or norms where they belong, and with them elsewhere", async () => {
    const bare = await createAppend(gpu, { ...variants[0]![1] });
    const full = await createAppend(gpu, { ...variants[3]![1] });
    using some = floatBuffer(gpu, new Float32Array(64));
    const buffers = {
      ...{ qkv: some, places: some, queries: some },
      ...{ keys: some, values: some, valueSums: some },
    };
    expect(() => bare.bind({ ...buffers, angles: some })).toThrow("angles: expected none");
    expect(() => full.bind(buffers)).toThrow("angles: expected a buffer, got none");
    expect(() => full.bind({ ...buffers, angles: some })).toThrow("headNorms: expected a buffer");
    expect(() => bare.bind({ ...buffers, scales: some })).toThrow("scales: expected none");
  });
});
