import { openGpu } from "@sift-attention/gpu";
import {
  createKeptSet,
  decodeAttention,
  keepKey,
  keptKeys,
} from "@sift-attention/reference-attention";
import { createNormal, createRandom } from "@sift-attention/testing/random";
import { openTestGpu } from "@sift-attention/testing/test-gpu";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSiftAttention } from "./create-sift-attention.ts";
import { type AttentionCase, createCase } from "./testing/attention-case.ts";
import { AttentionRig, createBuffers, stepOf } from "./testing/attention-rig.ts";
import { createRig, type Shape } from "./testing/check-shape.ts";
import { type CheckedStep, checkFull, checkSifted, checkSiftedAt } from "./testing/check-step.ts";
import { type Judgement, judgeSequence } from "./testing/judge-step.ts";
import { oracleCall } from "./testing/oracle-call.ts";

const gpu = await openTestGpu(openGpu);
const shape: Shape = { geometry: { queryHeads: 4, kvHeads: 2, headDim: 32 }, kvType: "f32" };

let rig: AttentionRig;
let attentionCase: AttentionCase;
beforeAll(async () => {
  rig = await createRig(gpu, shape);
  const sequences = [
    { slot: 2, contextLength: 200 },
    { slot: 0, contextLength: 71 },
  ];
  attentionCase = createCase(rig.attention.options, sequences, createNormal(createRandom(3)));
});
afterAll(() => rig[Symbol.dispose]());

/** The judgement that a step would get whose oracle lost the lightest key that a head keeps. */
function withoutLightest(z: number, { oracle, twin }: Judgement, head: number): Judgement {
  const { heads, contextLength } = oracle.keptSet;
  const kept = createKeptSet(heads, contextLength);
  for (let h = 0; h < heads; h++) {
    const keys = keptKeys(oracle.keptSet, h);
    const weight = (key: number) => oracle.weights[h * contextLength + key]!;
    const lightest = keys.reduce((a, b) => (weight(b) < weight(a) ? b : a));
    for (const key of keys) if (h !== head || key !== lightest) keepKey(kept, h, key);
  }
  const rule = { kind: "given", keptSet: kept } as const;
  const call = oracleCall(attentionCase, z);
  const { output, droppedMass } = decodeAttention({ ...call, rule });
  return { oracle: { ...oracle, output, droppedMass }, twin: { ...twin, output, droppedMass } };
}

function complaintsAfterLoss(checked: CheckedStep, z: number, head: number): readonly string[] {
  const planted = withoutLightest(z, checked.judgements[z]!, head);
  return judgeSequence(attentionCase.options, z, planted, checked.result);
}

describe("the checks", () => {
  test("notice one lost key, be it the lightest that a head of any sequence keeps", async () => {
    const checked = await checkSifted(rig, attentionCase, 0.25);
    expect(checked.complaints).toEqual([]);
    for (const z of [0, 1]) {
      for (const head of [0, 3]) {
        const complaints = complaintsAfterLoss(checked, z, head);
        expect(complaints).toContainEqual(expect.stringContaining("output"));
        expect(complaints).toContainEqual(expect.stringContaining("dropped mass"));
      }
    }
  });

  test("notice one lost key of full attention", async () => {
    const checked = await checkFull(rig, attentionCase);
    expect(checked.complaints).toEqual([]);
    expect(complaintsAfterLoss(checked, 0, 2)).toContainEqual(expect.stringContaining("output"));
  });
});

describe("recorded steps", () => {
  test("give the same bits again", async () => {
    for (const check of [
      checkFull,
      (r: AttentionRig, c: AttentionCase) => checkSifted(r, c, 0.5),
    ]) {
      const first = await check(rig, attentionCase);
      const second = await check(rig, attentionCase);
      expect(second.result).toEqual(first.result);
    }
  });

  test("do not depend on how far above the contexts longestContext is", async () => {
    const { result } = await checkFull(rig, attentionCase);
    const step = { sequences: 2, longestContext: rig.attention.options.capacity };
    const longer = await rig.run((attention, pass, binding) => {
      attention.recordFull(pass, binding, step);
    });
    expect(longer).toEqual(result);
  });

  test("share a pass and the workspace with steps over other buffers", async () => {
    const { result } = await checkSifted(rig, attentionCase, 0.5);
    const others = createBuffers(gpu, rig.attention);
    gpu.write(others.sequences, rig.attention.packSequences([{ slot: 0, contextLength: 300 }]));
    const other = rig.attention.bind(others);
    const step = stepOf(attentionCase);
    const between = await rig.run((attention, pass, binding) => {
      attention.recordSifted(pass, other, { sequences: 1, longestContext: 300 });
      attention.recordSifted(pass, binding, step);
      attention.recordFull(pass, other, { sequences: 1, longestContext: 300 });
    });
    expect(between).toEqual(result);
    for (const buffer of Object.values(others)) buffer.dispose();
  });

  test("run over parts of one large buffer", async () => {
    const { result } = await checkFull(rig, attentionCase);
    const { buffers } = rig;
    const bytes = 256 + buffers.keys.byteLength;
    const cache = gpu.device.createBuffer({ size: bytes, usage: 0x80 | 0x8 });
    gpu.submit((encoder) => {
      encoder.copyBufferToBuffer(buffers.keys.raw, 0, cache, 256, buffers.keys.byteLength);
    });
    const binding = rig.attention.bind({ ...buffers, keys: { buffer: cache, offset: 256 } });
    const step = stepOf(attentionCase);
    const moved = await rig.run((attention, pass) => attention.recordFull(pass, binding, step));
    expect(moved).toEqual(result);
    cache.destroy();
  });

  test("run as full attention under denseBelow, whatever the thresholds", async () => {
    const step = stepOf(attentionCase);
    const keys = step.sequences * step.longestContext;
    const dense = await createRig(gpu, { ...shape, denseBelow: keys });
    dense.load(attentionCase);
    dense.write("logThresholds", new Float32Array(8).fill(100));
    const full = await dense.run((attention, pass, binding) => {
      attention.recordFull(pass, binding, step);
    });
    const below = { ...step, longestContext: step.longestContext - 1 };
    const short = await dense.run((attention, pass, binding) => {
      attention.recordSifted(pass, binding, below);
    });
    const long = await dense.run((attention, pass, binding) => {
      attention.recordSifted(pass, binding, step);
    });
    expect([short.statistics[0], long.statistics[0]]).toEqual([200, 0]);
    expect(short.statistics).toEqual(full.statistics);
    dense[Symbol.dispose]();
  });
});

describe("a SiftAttention of any shape", () => {
  test("agrees with the oracle", async () => {
    const shapes = fc.record({
      group: fc.integer({ min: 1, max: 3 }),
      kvHeads: fc.integer({ min: 1, max: 3 }),
      headDim: fc.constantFrom(32, 40),
      kvType: fc.constantFrom("f16", "f32"),
      droppedMass: fc.constantFrom("none", "renormalise", "mean-value"),
      keepFirst: fc.integer({ min: 0, max: 5 }),
      keepLast: fc.integer({ min: 0, max: 70 }),
      fraction: fc.double({ min: 0, max: 1, noNaN: true }),
      lengths: fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 1, maxLength: 3 }),
      seed: fc.nat(),
    });
    const agrees = fc.asyncProperty(shapes, async (drawn) => {
      const { group, kvHeads, headDim, fraction, lengths, seed, ...options } = drawn;
      const geometry = { queryHeads: group * kvHeads, kvHeads, headDim };
      const sizes = { slots: lengths.length, capacity: Math.max(...lengths) };
      const compiled = { topK: false, quantiles: false, denseBelow: 0 };
      using any = new AttentionRig(
        gpu,
        await createSiftAttention(gpu, { geometry, ...sizes, ...compiled, ...options }),
      );
      const sequences = lengths.map((contextLength, slot) => ({ slot, contextLength }));
      const draw = createNormal(createRandom(seed));
      const drawnCase = createCase(any.attention.options, sequences, draw);
      expect((await checkFull(any, drawnCase)).complaints).toEqual([]);
      expect((await checkSifted(any, drawnCase, fraction)).complaints).toEqual([]);
      const none = lengths.map(() => Array<number>(geometry.queryHeads).fill(1));
      expect((await checkSiftedAt(any, drawnCase, none)).complaints).toEqual([]);
    });
    await fc.assert(agrees, { numRuns: 2, seed: 21, endOnFailure: true });
  }, 120_000); // compiling takes its time in software
});
