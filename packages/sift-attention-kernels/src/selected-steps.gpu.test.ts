import { openGpu } from "@sift-attention/gpu";
import { openTestGpu } from "@sift-attention/testing/test-gpu";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AttentionRig, untouched } from "./testing/attention-rig.ts";
import { checkQuantiles, checkTopK } from "./testing/check-selection.ts";
import { casesOf, createRig } from "./testing/check-shape.ts";
import { checkSiftedAt } from "./testing/check-step.ts";
import { judgeSequence } from "./testing/judge-step.ts";

const gpu = await openTestGpu(openGpu);
let rig: AttentionRig;
beforeAll(async () => {
  rig = await createRig(gpu, {
    geometry: { queryHeads: 6, kvHeads: 2, headDim: 32 },
    kvType: "f32",
    keepFirst: 2,
    keepLast: 5,
    droppedMass: "mean-value",
    topK: true,
    quantiles: true,
  });
}, 120_000); // compiling takes its time in software
afterAll(() => rig[Symbol.dispose]());

describe("recordTopK", () => {
  test("keeps the oracle's keys, and is within rounding of it", async () => {
    const complaints: string[] = [];
    for (const each of casesOf(rig)) {
      for (const fraction of [0, 0.25, 1]) {
        complaints.push(...(await checkTopK(rig, each, fraction)).complaints);
      }
    }
    expect(complaints).toEqual([]);
  });

  test("gives other keys for another k, which the checks notice", async () => {
    const [, , each] = casesOf(rig);
    const few = await checkTopK(rig, each!, 0.1);
    const many = await checkTopK(rig, each!, 0.6);
    const planted = judgeSequence(each!.options, 1, few.judgements[1]!, many.result);
    expect(planted).toContainEqual(expect.stringContaining("kept"));
    expect(planted).toContainEqual(expect.stringContaining("output"));
  });
});

describe("a step whose longest context is too small", () => {
  test("ends, and leaves the next one right", async () => {
    for (const each of casesOf(rig)) {
      rig.load(each);
      const { sequences } = each;
      await rig.run((attention, pass, binding) => {
        rig.write(
          "sequences",
          attention.packSequences(sequences.map((one) => ({ ...one, keptKeys: 9 }))),
        );
        attention.recordTopK(pass, binding, { sequences: sequences.length, longestContext: 1 });
        attention.recordQuantiles(pass, binding, {
          sequences: sequences.length,
          longestContext: 1,
        });
      });
      expect((await checkTopK(rig, each, 0.25)).complaints).toEqual([]);
    }
  });
});

describe("recordQuantiles", () => {
  test("are the oracle's, over the keys that are not exempt; output and statistics stay", async () => {
    for (const each of casesOf(rig)) {
      for (const quantile of [0, 0.5, 0.875, 1]) {
        const checked = await checkQuantiles(rig, each, { quantile, isFull: false });
        expect(checked.complaints).toEqual([]);
        expect(checked.result.output.every((x) => x === untouched)).toBe(true);
      }
    }
  });

  test("sifting at a quantile keeps the exempt keys and as many others as its rank says", async () => {
    const [, , each] = casesOf(rig);
    const { result } = await checkQuantiles(rig, each!, { quantile: 0.75, isFull: false });
    const heads = [...result.quantiles.subarray(0, 6)];
    rig.write("logThresholds", Float32Array.from([...heads, ...heads, ...heads]));
    const step = { sequences: 1, longestContext: each!.sequences[0]!.contextLength };
    const { statistics } = await rig.run((attention, pass, binding) => {
      attention.recordSifted(pass, binding, step);
    });
    const counted = step.longestContext - 7;
    const kept = counted - Math.floor(0.75 * counted);
    const exempt = Array.from({ length: 6 }, (_, head) => statistics[4 * head]! - kept);
    expect(exempt).toEqual(Array(6).fill(7));
  });
});

describe("recordFullWithQuantiles", () => {
  test("are full attention and the quantiles", async () => {
    for (const each of casesOf(rig)) {
      const checked = await checkQuantiles(rig, each, { quantile: 0.5, isFull: true });
      expect(checked.complaints).toEqual([]);
    }
  });
});

describe("recordValueSums", () => {
  test("gives the sums that the mean value is made of", async () => {
    const [, , each] = casesOf(rig);
    rig.load(each!);
    const longestContext = Math.max(...each!.sequences.map((s) => s.contextLength));
    const step = { sequences: 3, longestContext };
    rig.write("logThresholds", new Float32Array(18).fill(-4.5));
    const computed = await rig.run((attention, pass, binding) => {
      attention.recordValueSums(pass, binding, { ...step, rows: "all" });
      attention.recordSifted(pass, binding, step);
    });
    const given = await checkSiftedAt(rig, each!, Array(3).fill(Array(6).fill(-4.5)));
    expect(given.complaints).toEqual([]);
    for (const [z, judgement] of given.judgements.entries()) {
      expect(judgeSequence(each!.options, z, judgement, computed)).toEqual([]);
    }
  });
});
