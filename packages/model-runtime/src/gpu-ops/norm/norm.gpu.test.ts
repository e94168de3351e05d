import { openGpu, validateShader } from "@sift-attention/gpu";
import { maxAbsDifference, roundingBound } from "@sift-attention/reference-attention";
import { openTestGpu } from "@sift-attention/testing/test-gpu";
import { describe, expect, test } from "vitest";
import {
  floatBuffer,
  inBothPrecisions,
  normals,
  runRows,
  unsetBuffer,
} from "../row-places/row-rig.fixture.ts";
import { createNorm } from "./norm.ts";
import { normConstants, normKernel } from "./norm-kernel.ts";
import type { NormOptions } from "./norm-options.ts";

const gpu = await openTestGpu(openGpu);
const rows = 3;

interface NormCase {
  readonly options: NormOptions;
  readonly x: Float32Array;
  readonly weight: Float32Array;
  readonly bias: Float32Array;
  /** What `out` held before. */
  readonly before: Float32Array;
}

function caseOf(options: NormOptions): NormCase {
  const { width } = options;
  return {
    options,
    x: normals(rows * width, 1).map((number) => number + 3),
    weight: normals(width, 2),
    bias: normals(width, 3),
    before: normals(rows * width, 4),
  };
}

type Round = (value: number) => number;

function expectedRow({ options, ...numbers }: NormCase, r: number, round: Round): number[] {
  const { kind, width, epsilon, output } = options;
  const total = (list: number[]): number => list.reduce((sum, number) => round(sum + number), 0);
  const x = [...numbers.x.subarray(r * width, (r + 1) * width)];
  const mean = kind === "layer" ? round(total(x) / width) : 0;
  const centred = x.map((number) => round(number - mean));
  const variance = round(total(centred.map((number) => round(number * number))) / width);
  const factor = round(1 / round(Math.sqrt(round(variance + epsilon))));
  return centred.map((number, i) => {
    const scaled = round(round(number * factor) * numbers.weight[i]!);
    const normed = kind === "layer" ? round(scaled + numbers.bias[i]!) : scaled;
    return output === "add" ? round(normed + numbers.before[r * width + i]!) : normed;
  });
}

function expected(each: NormCase, round: Round): Float64Array {
  const all = Array.from({ length: rows }, (_, r) => expectedRow(each, r, round));
  return Float64Array.from(all.flat());
}

async function runNorm(each: NormCase): Promise<Float32Array> {
  const norm = await createNorm(gpu, each.options);
  using x = floatBuffer(gpu, each.x);
  using weight = floatBuffer(gpu, each.weight);
  using bias = floatBuffer(gpu, each.bias);
  using out = floatBuffer(gpu, each.before);
  const given = { x, weight, out, ...(each.options.kind === "layer" && { bias }) };
  runRows(gpu, norm.bind(given), rows);
  return gpu.read(out);
}

describe("createNorm", () => {
  test.each([
    ["rms", "write", 4],
    ["rms", "add", 132],
    ["rms", "write", 1152],
    ["layer", "write", 64],
    ["layer", "add", 1028],
  ] as const)("%s, %s, of rows of %i is the definition's", async (kind, output, width) => {
    const each = caseOf({ kind, output, width, epsilon: 1e-3 });
    const got = await runNorm(each);
    const [exact, float32] = inBothPrecisions((round) => expected(each, round));
    const bound = roundingBound(exact, float32);
    expect(maxAbsDifference(got, exact)).toBeLessThanOrEqual(bound);
    const wrong = { ...each, options: { ...each.options, epsilon: 2e-3 } };
    expect(
      maxAbsDifference(
        got,
        expected(wrong, (x) => x),
      ),
    ).toBeGreaterThan(bound);
  });

  test("keeps the digits of a variance that is small beside the mean", async () => {
    const options = { kind: "layer", output: "write", width: 256, epsilon: 0 } as const;
    const each = caseOf(options);
    const far = { ...each, x: each.x.map((number) => number + 4096) };
    const [exact, float32] = inBothPrecisions((round) => expected(far, round));
    expect(maxAbsDifference(await runNorm(far), exact)).toBeLessThan(roundingBound(exact, float32));
  });

  test("gives the same bits at every run", async () => {
    const each = caseOf({ kind: "layer", output: "add", width: 576, epsilon: 1e-5 });
    expect(await runNorm(each)).toEqual(await runNorm(each));
  });

  test("leaves rows beyond the step's as they were", async () => {
    const norm = await createNorm(gpu, { kind: "rms", output: "write", width: 4, epsilon: 1e-5 });
    using x = floatBuffer(gpu, normals(12, 1));
    using weight = floatBuffer(gpu, normals(4, 2));
    using out = unsetBuffer(gpu, 12);
    runRows(gpu, norm.bind({ x, weight, out }), 2);
    expect((await gpu.read(out)).map((number) => Number(Number.isNaN(number)))).toEqual(
      Float32Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1),
    );
  });

  test.each([4, 576, 8192, 16384])("compiles without warnings for rows of %i", async (width) => {
    using checker = await openGpu({ backend: "null" });
    const constants = normConstants({ kind: "layer", output: "add", width, epsilon: 1e-5 });
    expect(await validateShader(checker, normKernel, constants)).toEqual([]);
  });

  test.each([
    [{ width: 6 }, "width: expected a multiple of 4, got 6"],
    [{ epsilon: -1 }, "epsilon: expected 0 or more, got -1"],
  ])("refuses %o", async (wrong, message) => {
    const options = { kind: "rms", output: "write", width: 4, epsilon: 0, ...wrong } as const;
    await expect(createNorm(gpu, options)).rejects.toMatchObject({
      code: "bad-option",
      message: `norm: ${message}`,
    });
  });

  test("refuses a bias that it would not add, and none where it would", async () => {
    const shape = { output: "write", width: 4, epsilon: 0 } as const;
    using four = floatBuffer(gpu, new Float32Array(4));
    using out = unsetBuffer(gpu, 4);
    const rms = await createNorm(gpu, { kind: "rms", ...shape });
    const layer = await createNorm(gpu, { kind: "layer", ...shape });
    const buffers = { x: four, weight: four, out };
    expect(() => rms.bind({ ...buffers, bias: four })).toThrow("bias: expected none, got a buffer");
    expect(() => layer.bind(buffers)).toThrow("bias: expected a buffer, got none");
  });
});
