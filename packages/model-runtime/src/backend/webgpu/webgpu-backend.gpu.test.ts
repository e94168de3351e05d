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
  idsOf,
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
// Few rows need fewer kernels, which software compiles slowly.
const options = { device: gpu.device, kvType: "f32", maxRows: 24 } as const;
const progress: string[] = [];
const webgpu = await createWebgpuBackend(files, {
  ...options,
  onProgress: ({ item }) => progress.push(item),
});
const sizes = { slots: 3, capacity: 200 };
const [plain, wasm] = await Promise.all([openCpu(files, "plain"), openCpu(files, "wasm")]);
const [onGpu, onPlain, onWasm] = await Promise.all([
  webgpu.createSlots(sizes),
  plain.createSlots(sizes),
  wasm.createSlots(sizes),
]);
// Before the tests, whose time is measured: software compiles slowly.
for (const attention of [
  { rule: { kind: "sift", keepFirst: 1, keepLast: 2, droppedMass: "mean-value" } },
  { rule: { kind: "top-k", fraction: 0.3, droppedMass: "renormalise" } },
  { rule: { kind: "sliding-window", sinks: 2, window: 5, droppedMass: "none" } },
] as const) {
  await onGpu.prepare(attention);
}
afterAll(async () => {
  await Promise.all([webgpu, plain, wasm].map((backend) => backend.dispose()));
});

/** The same call on the GPU and on the CPU, and how far float32 may be from the latter. */
async function compare(
  call: RowsCall,
): Promise<{ got: RowsResult; expected: RowsResult; bound: number }> {
  const expected = await onPlain.run(call);
  const rough = await onWasm.run(call);
  const got = await onGpu.run(call);
  const honest = deviation(rough.logits!, expected.logits!);
  const largest = expected.logits!.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return { got, expected, bound: 2 * honest + 4 * 2 ** -24 * largest };
}

const sift = { kind: "sift", keepFirst: 1, keepLast: 2, droppedMass: "mean-value" } as const;

/** ln θ of many different θ around the mean weight: [2 layers, rows, 4 heads]. */
function thresholds(rows: number): Float32Array {
  return Float32Array.from({ length: 2 * rows * 4 }, (_, i) => Math.log(0.02 + 0.01 * (i % 3)));
}

const sifted: PassAttention = { rule: { ...sift, logThresholds: thresholds(1) } };
const warmup: PassAttention = { rule: sift, quantile: 0.7 };

describe("createWebgpuBackend", () => {
  test("tells of the memory before anything is allocated, then of weights and kernels", () => {
    expect(progress[0]).toMatch(/^weights 0\.\d MB, scratch 0\.\d MB, .* for 1,000 tokens/);
    expect(progress).toContain("model.embed_tokens.weight");
    expect(progress.at(-1)).toBe("kernels of layer 2 of 2");
    expect(webgpu.weightBytes).toBe(webgpu.plan.weightBytes);
  });

  test("frees everything when it is aborted between tensors or kernels", async () => {
    for (const item of ["model.norm.weight", "kernels of layer 1 of 2"]) {
      const abort = new AbortController();
      const opened = createWebgpuBackend(files, {
        ...options,
        signal: abort.signal,
        onProgress: (told) => told.item === item && abort.abort(),
      });
      await expect(opened).rejects.toMatchObject({ name: "ModelError", code: "aborted" });
    }
  });

  test("refuses a model or a context beyond the given bytes, with the numbers", async () => {
    const small = createWebgpuBackend(files, { ...options, memoryBytes: 1000 });
    await expect(small).rejects.toMatchObject({
      code: "out-of-memory",
      message: expect.stringMatching(/expected room in 0\.0 MB, got weights .* room for 0;/),
    });
    const greatest = webgpu.plan.room(2);
    await expect(webgpu.createSlots({ slots: 2, capacity: greatest + 1 })).rejects.toMatchObject({
      code: "out-of-memory",
      message: expect.stringContaining(`at most ${greatest} tokens in each of 2 slots`),
    });
  });

  test("refuses heads that the attention kernels do not take", async () => {
    const narrow = tinyFiles({ headDim: 8 });
    await expect(createWebgpuBackend(narrow, options)).rejects.toMatchObject({
      code: "no-backend",
      message: expect.stringContaining("headDim: expected a multiple of 8 from 32 to 256, got 8"),
    });
  });

  test("slots that come and go leave no memory behind", async () => {
    const cycle = async (): Promise<number> => {
      const slots = await webgpu.createSlots(sizes);
      await generate(slots, { slot: 0, prompt: promptOf(3), rules: rulesOf() }, 2);
      slots.dispose();
      return webgpu.gpu.memory.liveBytes;
    };
    const bytes = await cycle(); // the pool has a second sampler now
    for (let i = 0; i < 5; i++) expect(await cycle()).toBe(bytes);
  });
});

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

  const rules: readonly [string, PassAttention][] = [
    ["sift in warmup", warmup],
    ["sift", { rule: { ...sift, logThresholds: thresholds(3) } }],
    ["top-k", { rule: { kind: "top-k", fraction: 0.3, droppedMass: "renormalise" } }],
    [
      "a sliding window",
      { rule: { kind: "sliding-window", sinks: 2, window: 5, droppedMass: "none" } },
    ],
  ];
  test.each(rules)("rows under %s are those of the CPU", async (_, attention) => {
    const tokens = promptOf(20, 2);
    const before = { slot: 0, firstPosition: 0, attention: full, want: "logits" } as const;
    await compare({ ...before, tokens: tokens.slice(0, 14) });
    const rows = { ...before, tokens: tokens.slice(14, 17), firstPosition: 14, attention };
    const { got, expected, bound } = await compare(rows);
    expect(deviation(got.logits!, expected.logits!)).toBeLessThanOrEqual(bound);
    const [a, b] = [copyStatistics(got.statistics), copyStatistics(expected.statistics)];
    expect([a.kept, a.union]).toEqual([b.kept, b.union]);
    expect(deviation(a.droppedMass, b.droppedMass)).toBeLessThan(1e-6);
    expect(deviation(a.quantiles ?? [], b.quantiles ?? [])).toBeLessThan(1e-6);
  });

  test("tells the quantiles of sampled rows of a prompt as the CPU does", async () => {
    const tokens = promptOf(24, 6);
    const call = { slot: 2, firstPosition: 0, want: "logits" } as const;
    await compare({ ...call, tokens: tokens.slice(0, 9), attention: full });
    const sample = { rows: [0, 4, 5, 14], levels: [0.2, 0.5, 0.9] };
    const attention = { ...full, sample };
    const rows = { ...call, tokens: tokens.slice(9), firstPosition: 9, attention };
    const { got, expected } = await compare(rows);
    const sampled = got.statistics.sampled!;
    expect(sampled).toHaveLength(4 * 2 * 4 * 3);
    expect(deviation(sampled, expected.statistics.sampled!)).toBeLessThan(1e-6);
    const other = { ...full, sample: { ...sample, rows: [0, 4, 6, 14] } };
    const shifted = await onGpu.run({ ...rows, attention: other });
    expect(deviation(shifted.statistics.sampled!, sampled)).toBeGreaterThan(1e-4);
    const many = { rows: promptOf(15).map((_, row) => row), levels: Array(20).fill(0.5) };
    const { statistics } = await onGpu.run({ ...rows, attention: { ...full, sample: many } });
    expect(statistics.sampled).toBeUndefined(); // 300 are more than a pass tells
  });

  test("a threshold that keeps one key more is beyond the bound", async () => {
    const prompt = { slot: 0, tokens: promptOf(14, 2), firstPosition: 0 };
    await compare({ ...prompt, attention: full, want: "logits" });
    const row = { slot: 0, tokens: [9], firstPosition: 14, want: "logits" } as const;
    const { expected, bound } = await compare({ ...row, attention: sifted });
    const logThresholds = thresholds(1).map((logThreshold) => logThreshold - 0.2);
    const looser = { rule: { ...sift, logThresholds } };
    const { logits } = await onGpu.run({ ...row, attention: looser });
    expect(deviation(logits!, expected.logits!)).toBeGreaterThan(10 * bound);
  });

  test("a truncated slot goes on as if the rest had never been there", async () => {
    const rows = promptOf(30, 5);
    const call = { slot: 0, attention: full, want: "logits" } as const;
    await compare({ ...call, tokens: rows.slice(0, 20), firstPosition: 0 });
    await compare({ ...call, tokens: [rows[20]!], firstPosition: 20, attention: sifted });
    await compare({ ...call, tokens: rows.slice(3, 13), firstPosition: 11 });
    const next = { ...call, tokens: [rows[4]!], firstPosition: 21, attention: sifted };
    const { got, expected, bound } = await compare(next);
    expect(deviation(got.logits!, expected.logits!)).toBeLessThanOrEqual(bound);
  });

  test("refuses no rows and more than maxRows", async () => {
    for (const tokens of [[], promptOf(25)]) {
      const call = { slot: 0, tokens, firstPosition: 0, attention: full, want: "nothing" } as const;
      await expect(onGpu.run(call)).rejects.toMatchObject({ code: "bad-option" });
    }
  });
});

describe("SequenceSlots.decode on WebGPU", () => {
  test("greedy and seeded tokens are those of the CPU", async () => {
    for (const rules of [
      rulesOf(),
      rulesOf({ temperature: 0.9, topK: 20, topP: 0.9, repetitionPenalty: 1.1 }),
    ]) {
      const generation = { slot: 2, prompt: promptOf(21, 3), rules };
      expect(await generate(onGpu, generation, 12)).toEqual(
        await generate(onPlain, generation, 12),
      );
    }
  });

  test("sequences that join and leave a batch get the tokens that they get alone", async () => {
    const attentions = [() => full, (at: number) => (at < 12 ? warmup : sifted), () => sifted];
    const generations = attentions.map((attention, slot) => {
      return { slot, prompt: promptOf(8 + slot, slot), rules: rulesOf(), attention };
    });
    const alone = [];
    for (const generation of generations) alone.push(await generate(onGpu, generation, 8));
    const together: number[][] = [[], [], []];
    for (let round = 0; round < 12; round++) {
      const joining = generations[round / 2];
      if (joining) {
        onGpu.startSampling(joining.slot, joining.rules, joining.prompt);
        together[joining.slot]!.push(await prefill(onGpu, joining.slot, joining.prompt));
      }
      const active = generations.filter(({ slot }) => {
        return together[slot]!.length > 0 && together[slot]!.length < 9;
      });
      const rows = active.map(({ slot, prompt, attention }) => {
        const position = prompt.length + together[slot]!.length - 1;
        return { slot, position, attention: attention(position), draw: { uniform: 0 } };
      });
      for (const { slot, id } of await onGpu.decode(rows)) together[slot]!.push(id);
    }
    expect(together).toEqual(alone);
  });

  test("steps submitted before the last was read give the same tokens", async () => {
    const generation = { slot: 1, prompt: promptOf(9, 7), rules: rulesOf({ temperature: 0.7 }) };
    const one = await generate(onGpu, generation, 6);
    onGpu.startSampling(1, generation.rules, generation.prompt);
    const first = await prefill(onGpu, 1, generation.prompt);
    const steps = Array.from({ length: 6 }, (_, i) => {
      const position = generation.prompt.length + i;
      const draw = { uniform: uniformAt(position) };
      return onGpu.decode([{ slot: 1, position, attention: full, draw }]);
    });
    expect([first, ...(await Promise.all(steps)).flatMap(idsOf)]).toEqual(one);
  });

  test("reports the likeliest tokens as the CPU does", async () => {
    const prompt = promptOf(6, 4);
    const last = { slot: 0, tokens: prompt, firstPosition: 0, attention: full } as const;
    const draw = { uniform: 0.5, topLogprobs: 3 };
    const drawn = [];
    for (const slots of [onGpu, onPlain]) {
      slots.startSampling(0, rulesOf(), prompt);
      const { token } = await slots.run({ ...last, want: "token", draw });
      const [next] = await slots.decode([{ slot: 0, position: 6, attention: full, draw }]);
      drawn.push([token!, next!]);
    }
    for (const [i, expected] of drawn[1]!.entries()) {
      const got = drawn[0]![i]!;
      expect(got.id).toBe(expected.id);
      expect(got.logprob).toBeCloseTo(expected.logprob!, 5);
      expect(got.topLogprobs!.map(({ id }) => id)).toEqual(
        expected.topLogprobs!.map(({ id }) => id),
      );
    }
  });
});

describe("a lost device", () => {
  test("every call that is under way or comes later tells of it, and slots that go reject theirs", async () => {
    const disposed = await webgpu.createSlots(sizes);
    const row = { slot: 0, position: 3, attention: full, draw: { uniform: 0 } };
    const dropped = disposed.decode([row]);
    disposed.dispose();
    await expect(dropped).rejects.toMatchObject({ code: "disposed" });
    await prefill(onGpu, 0, promptOf(3));
    const pending = [onGpu.decode([row]), onGpu.decode([{ ...row, position: 4 }])];
    gpu.device.destroy();
    for (const call of pending) await expect(call).rejects.toMatchObject({ code: "device-lost" });
    await expect(onGpu.decode([row])).rejects.toMatchObject({ code: "device-lost" });
    await expect(prefill(onGpu, 0, promptOf(3))).rejects.toMatchObject({ code: "device-lost" });
    await expect(webgpu.createSlots(sizes)).rejects.toMatchObject({ code: "device-lost" });
    await webgpu.dispose();
    expect(webgpu.gpu.memory.liveBytes).toBe(0);
  });
});
