import { openGpu } from "@sift-attention/gpu";
import { openTestGpu } from "@sift-attention/testing/test-gpu";
import { afterAll, describe, expect, test } from "vitest";
import type { PassAttention } from "../attention-rule.ts";
import type { RowsCall, RowsResult } from "../model-backend.ts";
import {
  copyStatistics,
  deviation,
  full,
  generate,
  openCpu,
  prefill,
  promptOf,
  rulesOf,
  tinyFiles,
  uniformAt,
} from "./backend-rig.fixture.ts";
import { createWebgpuBackend } from "./create-webgpu-backend.ts";

const gpu = await openTestGpu(openGpu);
const files = tinyFiles();
const maxRows = 24; // fewer kernels, which software compiles slowly
const options = { device: gpu.device, kvType: "f32", maxRows } as const;
const progress: string[] = [];
const t0 = performance.now();
const webgpu = await createWebgpuBackend(files, {
  ...options,
  onProgress: ({ item }) => progress.push(item),
});
console.log("loaded", performance.now() - t0);
const sizes = { slots: 3, capacity: 200 };
const [plain, wasm] = await Promise.all([openCpu(files, "plain"), openCpu(files, "wasm")]);
const [onGpu, onPlain, onWasm] = await Promise.all(
  [webgpu, plain, wasm].map((backend) => backend.createSlots(sizes)),
);
console.log("slots", performance.now() - t0);
afterAll(async () => {
  await Promise.all([webgpu, plain, wasm].map((backend) => backend.dispose()));
});

/** The same call on all three, and how far float32 may be from the measure. */
async function compare(call: RowsCall): Promise<{ got: RowsResult; expected: RowsResult; bound: number }> {
  const expected = await onPlain!.run(call);
  const rough = await onWasm!.run(call);
  const got = await onGpu!.run(call);
  const honest = deviation(rough.logits!, expected.logits!);
  const largest = expected.logits!.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return { got, expected, bound: 2 * honest + 4 * 2 ** -24 * largest };
}

describe("SequenceSlots.run on WebGPU", () => {
  test("logits of a prompt in pieces are those of the CPU within rounding", async () => {
    const tokens = promptOf(40);
    for (const [firstPosition, end] of [
      [0, 17],
      [17, 18],
      [18, 40],
    ] as const) {
      const piece = { slot: 1, tokens: tokens.slice(firstPosition, end), firstPosition };
      const { got, expected, bound } = await compare({ ...piece, attention: full, want: "logits" });
      expect(deviation(got.logits!, expected.logits!)).toBeLessThanOrEqual(bound);
      expect(copyStatistics(got.statistics)).toEqual(copyStatistics(expected.statistics));
    }
  });

  const thresholds = (rows: number) =>
    Float32Array.from({ length: 2 * rows * 4 }, (_, i) => Math.log(0.02 + 0.01 * (i % 3)));
  const sift = { kind: "sift", keepFirst: 1, keepLast: 2, droppedMass: "mean-value" } as const;
  const rules: readonly [string, PassAttention][] = [
    ["sift in warmup", { rule: sift, quantile: 0.7 }],
    ["sift", { rule: { ...sift, logThresholds: thresholds(3) } }],
    ["top-k", { rule: { kind: "top-k", fraction: 0.3, droppedMass: "renormalise" } }],
    ["a sliding window", { rule: { kind: "sliding-window", sinks: 2, window: 5, droppedMass: "none" } }],
  ];
  test.each(rules)("rows under %s are those of the CPU", async (_, attention) => {
    const tokens = promptOf(20, 2);
    const before = { slot: 0, firstPosition: 0, attention: full, want: "logits" } as const;
    await compare({ ...before, tokens: tokens.slice(0, 14) });
    const rows = { ...before, tokens: tokens.slice(14, 17), firstPosition: 14, attention };
    const { got, expected, bound } = await compare(rows);
    expect(deviation(got.logits!, expected.logits!)).toBeLessThanOrEqual(bound);
    const [a, b] = [copyStatistics(got.statistics), copyStatistics(expected.statistics)];
    expect(a.kept).toEqual(b.kept);
    expect(a.union).toEqual(b.union);
    expect(deviation(a.droppedMass, b.droppedMass)).toBeLessThan(1e-6);
    expect(deviation(a.quantiles ?? [], b.quantiles ?? [])).toBeLessThan(1e-6);
    console.log("t", performance.now() - t0, bound);
  });
});

describe("SequenceSlots.decode on WebGPU", () => {
  test("greedy tokens are those of the CPU", async () => {
    const generation = { slot: 2, prompt: promptOf(21, 3), rules: rulesOf() };
    expect(await generate(onGpu!, generation, 12)).toEqual(await generate(onPlain!, generation, 12));
  });
});
