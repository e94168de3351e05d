import { openGpu } from "@sift-attention/gpu";
import { quantiseRows } from "@sift-attention/sift-attention-kernels";
import { openTestGpu } from "@sift-attention/testing/test-gpu";
import { afterAll, describe, expect, test } from "vitest";
import type { CpuOps } from "../../ops/cpu-ops.ts";
import { createCpuOps } from "../../ops/create-cpu-ops.ts";
import type { PassAttention } from "../attention-rule.ts";
import { loadCpuBackend } from "../cpu/load-cpu-backend.ts";
import type { ModelBackend, RowsCall, RowsResult } from "../model-backend.ts";
import {
  copyStatistics,
  deviation,
  full,
  openCpu,
  promptOf,
  tinyFiles,
} from "./backend-rig.fixture.ts";
import { createWebgpuBackend } from "./create-webgpu-backend.ts";

const gpu = await openTestGpu(openGpu);
const files = tinyFiles();
const sizes = { slots: 2, capacity: 200 };

/** The CPU backend over rows that `quantiseRows` rounds: what eight bits do, without any kernel. */
async function openRounded(): Promise<ModelBackend> {
  const ops = await createCpuOps({ kind: "plain", threads: 1 });
  const append: CpuOps["append"] = (cache, x, call) => {
    const { rows, kvHeads, headDim } = call;
    const numbers = x.floats().subarray(0, rows * kvHeads * headDim);
    const rounded = quantiseRows(numbers, headDim);
    for (const [i, number] of rounded.numbers.entries()) {
      numbers[i] = number * rounded.scales[Math.floor(i / headDim)]!;
    }
    ops.append(cache, x, call);
  };
  return loadCpuBackend(files, { ...ops, append });
}

const [webgpu, plain, rounded] = await Promise.all([
  createWebgpuBackend(files, { device: gpu.device, kvType: "int8", maxRows: 24 }),
  openCpu(files, "plain"),
  openRounded(),
]);
const [onGpu, onPlain, onRounded] = await Promise.all([
  webgpu.createSlots(sizes),
  plain.createSlots(sizes),
  rounded.createSlots(sizes),
]);
const sift = { kind: "sift", keepFirst: 1, keepLast: 2, droppedMass: "mean-value" } as const;
const topK = { kind: "top-k", fraction: 0.3, droppedMass: "renormalise" } as const;
// Before the tests, whose time is measured: software compiles slowly.
await onGpu.prepare({ rule: sift });
await onGpu.prepare({ rule: topK });
afterAll(async () => {
  await Promise.all([webgpu, plain, rounded].map((backend) => backend.dispose()));
});

/**
 * The same call with rows in float32, with rows that are rounded to eight bits on the CPU, and on the GPU. The second's
 * distance from the first, of half a step of each row, measures what rounding does.
 */
async function compare(
  call: RowsCall,
): Promise<{ got: RowsResult; exact: RowsResult; honest: RowsResult; effect: number }> {
  const exact = await onPlain.run(call);
  const honest = await onRounded.run(call);
  const got = await onGpu.run(call);
  const effect = deviation(honest.logits!, exact.logits!);
  return { got, exact, honest, effect };
}

const logThresholds = Float32Array.from({ length: 2 * 3 * 4 }, (_, i) =>
  Math.log(0.02 + 0.01 * (i % 3)),
);

const prompt = { slot: 0, firstPosition: 0, attention: full, want: "logits" } as const;

/**
 * Within twice what rounding to eight bits does, and far nearer to rounded rows: of the queries' split into 16 bits, and of
 * numbers halfway between two whole ones, which may go either way, comes less than an eighth of it.
 */
function expectRounded({ got, exact, honest, effect }: Awaited<ReturnType<typeof compare>>): void {
  expect(deviation(got.logits!, exact.logits!)).toBeLessThanOrEqual(2 * effect);
  expect(deviation(got.logits!, honest.logits!)).toBeLessThanOrEqual(effect / 8);
}

const rules: readonly (readonly [string, PassAttention])[] = [
  ["full attention", full],
  ["sift in warmup", { rule: sift, quantile: 0.7 }],
  ["sift", { rule: { ...sift, logThresholds } }],
  ["top-k", { rule: topK }],
];

describe("keys and values of eight bits", () => {
  test("logits of a prompt in pieces are as far from those of f32 as rounded rows are", async () => {
    const tokens = promptOf(40);
    for (const [firstPosition, end] of [
      [0, 17],
      [17, 18],
      [18, 40],
    ] as const) {
      const piece = { slot: 1, tokens: tokens.slice(firstPosition, end), firstPosition };
      const call = { ...piece, attention: full, want: "logits" } as const;
      expectRounded(await compare(call));
    }
  });

  test.each(rules)("rows under %s keep the keys that rounded rows keep", async (_, attention) => {
    const tokens = promptOf(20, 2);
    await compare({ ...prompt, tokens: tokens.slice(0, 14) });
    const rows = { ...prompt, tokens: tokens.slice(14, 17), firstPosition: 14, attention };
    const compared = await compare(rows);
    expectRounded(compared);
    const { got, honest } = compared;
    const [a, b] = [copyStatistics(got.statistics), copyStatistics(honest.statistics)];
    expect([a.kept, a.union]).toEqual([b.kept, b.union]);
    expect(deviation(a.droppedMass, b.droppedMass)).toBeLessThan(1e-3);
    expect(deviation(a.quantiles ?? [], b.quantiles ?? [])).toBeLessThan(1e-3);
  });

  test("one key row of twice its scale is beyond the bound", async () => {
    const tokens = promptOf(14, 2);
    await compare({ ...prompt, tokens });
    const [scales] = onGpu.cache.scales;
    const before = (await webgpu.gpu.read(scales!)) as Float32Array<ArrayBuffer>;
    webgpu.gpu.write(
      scales!,
      before.map((scale, row) => (row === 5 ? 2 * scale : scale)),
    );
    const row = { ...prompt, tokens: [9], firstPosition: tokens.length };
    const { got, honest, effect } = await compare(row);
    expect(deviation(got.logits!, honest.logits!)).toBeGreaterThan(effect / 8);
  });

  test("tells the quantiles of sampled rows of a prompt", async () => {
    const sample = { rows: [0, 4, 5, 14], levels: [0.2, 0.5, 0.9] };
    const call = { ...prompt, slot: 1, tokens: promptOf(15, 6) };
    const { got, honest } = await compare({ ...call, attention: { ...full, sample } });
    const sampled = got.statistics.sampled!;
    expect(sampled).toHaveLength(4 * 2 * 4 * 3);
    expect(deviation(sampled, honest.statistics.sampled!)).toBeLessThan(1e-3);
  });

  test("a row takes a byte a number and its scale, in what is planned, allocated and told", () => {
    const { shape, byteLength } = onGpu.cache;
    const rowBytes = shape.geometry.headDim + 4;
    expect(onGpu.valueRowBytes).toBe(rowBytes);
    expect(webgpu.plan.kvBytesPerToken).toBe(2 * shape.layers * shape.geometry.kvHeads * rowBytes);
    const rows = shape.slots * shape.capacity;
    const padding = 2 * shape.layers * 256; // of the scales of keys and of values
    expect(byteLength - rows * webgpu.plan.kvBytesPerToken).toBeGreaterThanOrEqual(0);
    expect(byteLength - rows * webgpu.plan.kvBytesPerToken).toBeLessThan(padding);
  });
});
