import { openGpu } from "@sift-attention/gpu";
import { createNormal, createRandom } from "@sift-attention/testing/random";
import { openTestGpu } from "@sift-attention/testing/test-gpu";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import type { SamplingOptions } from "../../generate-options.ts";
import { logSumExp } from "../../sampling/token-logprobs.ts";
import { compileSampler } from "./sampler-kernels.ts";
import { createSamplerRig, type SamplerRig } from "./sampler-rig.fixture.ts";

const gpu = await openTestGpu(openGpu);
const kernels = await compileSampler(gpu, 262144);
const rigs = new Map<number, SamplerRig>();
for (const size of [1, 2, 255, 257, 1500])
  rigs.set(size, await createSamplerRig(gpu, kernels, size));
const rig = rigs.get(1500)!;
afterAll(() => {
  for (const [, made] of rigs) made[Symbol.dispose]();
});

function normalLogits(size: number, seed: number, deviation = 3): Float32Array<ArrayBuffer> {
  const normal = createNormal(createRandom(seed));
  return Float32Array.from({ length: size }, () => deviation * normal());
}

const rulesArbitrary: fc.Arbitrary<SamplingOptions> = fc.record({
  temperature: fc.constantFrom(0, 0.05, 0.7, 1, 3, 50),
  topK: fc.constantFrom(0, 0, 1, 2, 40, 900, 5000),
  topP: fc.constantFrom(1, 1, 0.999, 0.9, 0.5, 0.01),
  minP: fc.constantFrom(0, 0, 0.001, 0.05, 0.9, 1),
  repetitionPenalty: fc.constantFrom(1, 1.1, 0.9),
  presencePenalty: fc.constantFrom(0, 0.3, -0.7),
  frequencyPenalty: fc.constantFrom(0, 0.1, -0.1),
});
const caseArbitrary = fc.record({
  rules: rulesArbitrary,
  seed: fc.nat(1000),
  // Few distinct logits: ties across bins, blocks and cuts.
  step: fc.constantFrom(0, 0.5, 4),
  deviation: fc.constantFrom(0, 0.01, 3, 30, 1e30),
  uniform: fc.oneof(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.constant(0)),
});

describe("createGpuSampler", () => {
  test.each([1, 2, 255, 257, 1500])(
    "draws the processor's tokens by any rules: %d tokens",
    async (size) => {
      const own = rigs.get(size)!;
      await fc.assert(
        fc.asyncProperty(caseArbitrary, async ({ rules, seed, step, deviation, uniform }) => {
          const logits = normalLogits(size, seed, deviation);
          const rounded = logits.map((logit) =>
            step > 0 ? Math.round(logit / step) * step : logit,
          );
          const prompt = Array.from({ length: 9 }, (_, i) => (i * seed) % size);
          const sampler = own.start(
            1,
            { ...rules, logitBias: new Map([[seed % size, 0.3]]) },
            prompt,
          );
          own.write(rounded);
          for (let draw = 0; draw < 3; draw++) {
            const [result] = await own.draw({ row: 0, slot: 1, uniform });
            expect(result).toMatchObject({ id: sampler.next(rounded, uniform), isFinite: true });
          }
        }),
        { numRuns: size === 1500 ? 60 : 20, seed: 11 },
      );
    },
  );

  test("at temperature 0 takes the lowest id of equal logits, in whatever blocks they lie", async () => {
    const logits = new Float32Array(1500).fill(-1);
    logits.set([2, -0], 1200);
    logits[1499] = 2;
    rig.start(0, {});
    rig.write(logits);
    expect((await rig.draw({ row: 0, slot: 0, uniform: 0 }))[0]!.id).toBe(1200);
    rig.write(new Float32Array(1500).map((_, id) => (id % 2 ? 0 : -0)));
    expect((await rig.draw({ row: 0, slot: 0, uniform: 0 }))[0]!.id).toBe(0);
  });

  test("counts what it draws, and goes on where another sampler ended", async () => {
    const rules = { temperature: 0, frequencyPenalty: 0.37, repetitionPenalty: 1.3 };
    const logits = normalLogits(1500, 5, 0.5);
    const sampler = rig.start(0, rules, [3, 4]);
    rig.write(logits);
    const drawn: number[] = [];
    for (let step = 0; step < 12; step++) {
      const [{ id } = { id: -1 }] = await rig.draw({ row: 0, slot: 0, uniform: 0 });
      expect(id).toBe(sampler.next(logits, 0));
      drawn.push(id);
    }
    expect(new Set(drawn).size).toBeGreaterThan(3);
    rig.start(0, rules, [3, 4], drawn);
    const [next] = await rig.draw({ row: 0, slot: 0, uniform: 0 });
    expect(next!.id).toBe(sampler.next(logits, 0));
  });

  test("serves rows of other rules side by side, and leaves the tokens where the next step reads them", async () => {
    const rows = [normalLogits(1500, 1), normalLogits(1500, 2)];
    const greedy = rig.start(0, {});
    const drawing = rig.start(1, { temperature: 1, topP: 0.9 });
    rig.write(...rows);
    const results = await rig.draw(
      { row: 1, slot: 0, uniform: 0 },
      { row: 0, slot: 1, uniform: 0.6 },
    );
    const expected = [greedy.next(rows[1]!, 0), drawing.next(rows[0]!, 0.6)];
    expect(results.map(({ id }) => id)).toEqual(expected);
    expect([...(await gpu.read(rig.sampler.tokens))]).toEqual(expected);
  });

  test("reports the log-probability under the raw logits", async () => {
    const logits = normalLogits(1500, 9);
    rig.start(0, { temperature: 0, logitBias: new Map([[77, 100]]) });
    rig.write(logits);
    const [result] = await rig.draw({ row: 0, slot: 0, uniform: 0 });
    expect(result!.id).toBe(77);
    // 1,500 terms in trees of f32, and exp and log within 4 ulp of numbers below 16.
    expect(Math.abs(result!.logprob - (logits[77]! - logSumExp(logits)))).toBeLessThan(1e-5);
  });

  test.each([Number.NaN, Infinity, -Infinity])("flags %d and draws nothing", async (bad) => {
    const logits = normalLogits(1500, 3);
    rig.start(0, { temperature: 1, frequencyPenalty: 1 });
    rig.start(1, { temperature: 1, topK: 5, frequencyPenalty: 1 });
    rig.write(logits, logits);
    rig.write(logits.with(1030, bad));
    const both = [
      { row: 0, slot: 0, uniform: 0.4 },
      { row: 1, slot: 1, uniform: 0.4 },
    ] as const;
    const results = await rig.draw(...both);
    expect(results.map((result) => result.isFinite)).toEqual([false, true]);
    rig.start(1, { temperature: 1, topK: 5 });
    const swapped = await rig.draw({ ...both[0], slot: 1 });
    expect(swapped[0]).toMatchObject({ isFinite: false, id: 0 });
    rig.start(1, {});
    expect((await rig.draw({ ...both[0], slot: 1 }))[0]!.isFinite).toBe(false);
  });

  test("a bias past the range of f32 decides, and 3e38 beside −3e38 is no harm", async () => {
    const logits = normalLogits(1500, 4).with(8, 3e38).with(9, -3e38);
    rig.write(logits);
    for (const rules of [{}, { topP: 0.9 }, { topK: 2, minP: 0.1 }]) {
      const bias = new Map([[30, 1e39]]);
      const sampler = rig.start(0, { temperature: 1, ...rules, logitBias: bias });
      const [result] = await rig.draw({ row: 0, slot: 0, uniform: 0.999 });
      expect(result!.id).toBe(sampler.next(logits, 0.999));
    }
  });

  test("finds one weight's boundary to the last unit of the mass", async () => {
    // Four equal weights: the uniform number's last bit decides between the first and the second token.
    const logits = new Float32Array(1500).fill(-1e9);
    logits.fill(0, 700, 704);
    for (const rules of [{}, { topK: 4 }]) {
      const sampler = rig.start(0, { temperature: 1, ...rules });
      rig.write(logits);
      for (const uniform of [0.25 - 2 ** -54, 0.25, 0.75 - 2 ** -53, 0.75]) {
        const [result] = await rig.draw({ row: 0, slot: 0, uniform });
        expect(result!.id).toBe(700 + Math.floor(uniform * 4));
        expect(result!.id).toBe(sampler.next(logits, uniform));
      }
    }
  });

  test.each([
    [49152, [{}, { topK: 50 }, { topP: 0.95, minP: 0.001 }]],
    [262144, [{ topK: 50, topP: 0.95 }]],
  ])(
    "%d tokens, spread and all equal; no memory stays",
    async (size, settings) => {
      const bytesBefore = gpu.memory.liveBytes;
      const large = await createSamplerRig(gpu, kernels, size);
      const rows = [normalLogits(size, 1), new Float32Array(size)];
      large.write(...rows);
      const random = createRandom(8);
      for (const rules of settings) {
        const draws = [0, 1].map((row) => ({ row, slot: row, uniform: random() }));
        const samplers = draws.map(({ slot }) => large.start(slot, { temperature: 0.9, ...rules }));
        const results = await large.draw(...draws);
        const expected = draws.map(({ row, uniform }) => samplers[row]!.next(rows[row]!, uniform));
        expect(results.map(({ id }) => id)).toEqual(expected);
      }
      large[Symbol.dispose]();
      expect(gpu.memory.liveBytes).toBe(bytesBefore);
    },
    120_000,
  ); // its kernels are compiled here

  test("the comparison sees one logit that differs by an ulp of the decision", async () => {
    const logits = new Float32Array(1500).fill(-1e9);
    logits.fill(0, 700, 702);
    const sampler = rig.start(0, { temperature: 1 });
    rig.write(logits.with(700, -(2 ** -22)));
    const [result] = await rig.draw({ row: 0, slot: 0, uniform: 0.5 - 2 ** -28 });
    expect(result!.id).not.toBe(sampler.next(logits, 0.5 - 2 ** -28));
  });

  test("two runs leave the same bits", async () => {
    const logits = normalLogits(1500, 12);
    rig.write(logits);
    const run = async () => {
      rig.start(0, { temperature: 1.3, topP: 0.97 });
      await rig.draw({ row: 0, slot: 0, uniform: 0.83 });
      return await gpu.read(rig.sampler.results);
    };
    expect(await run()).toEqual(await run());
  });

  test("refuses what it cannot draw, by name", async () => {
    const draw = { row: 0, slot: 0, uniform: 0.5 };
    await expect(rig.draw()).rejects.toThrow(/draws: expected an integer in \[1, 2\], got 0/);
    await expect(rig.draw({ ...draw, row: 2 })).rejects.toThrow(/row: .* got 2/);
    await expect(rig.draw({ ...draw, uniform: 1 })).rejects.toThrow(/uniform: .* got 1/);
    await expect(rig.draw(draw, { ...draw, row: 1 })).rejects.toThrow(
      /distinct slots, got 0 twice/,
    );
    expect(() => rig.start(2, {})).toThrow(/slot: .* got 2/);
    expect(() => rig.start(0, {}, [1500])).toThrow(/token: .* got 1500/);
    await expect(createSamplerRig(gpu, kernels, 262145)).rejects.toThrow(/5 an invocation, got 4/);
    await expect(createSamplerRig(gpu, kernels, 0)).rejects.toThrow(/vocabularySize/);
  });
});
