import { openGpu } from "@sift-attention/gpu";
import { decodeAttention } from "@sift-attention/reference-attention";
import { openTestGpu } from "@sift-attention/testing/test-gpu";
import { afterAll, describe, expect, test } from "vitest";
import { type CaseData, createCaseData } from "./case-data.ts";
import { logThreshold } from "./planted-bands.ts";
import { readRows } from "./read-rows.ts";

const gpu = await openTestGpu(openGpu);
const geometry = { queryHeads: 6, kvHeads: 2, headDim: 32 };
const [batch, context] = [2, 333];
const cases: Record<"f16" | "i8", CaseData> = { f16: await dataOf("f16"), i8: await dataOf("i8") };
afterAll(() => {
  for (const data of Object.values(cases)) data.dispose();
});

function dataOf(kvType: "f16" | "i8"): Promise<CaseData> {
  const kernelCase = { shape: { name: "tiny", geometry }, batch, context, kvType };
  return createCaseData(gpu, kernelCase, { fractions: [0.5, 0.25, 0.05], sets: 3 });
}

const everyRow = {
  head: 0,
  context,
  contextLength: batch * geometry.kvHeads * context,
  headDim: geometry.headDim,
};

async function keysOf({ sets }: CaseData, set: number): Promise<Float64Array> {
  const { keys, keyScales } = sets[set]!;
  return await readRows(gpu, { rows: keys, scales: keyScales }, everyRow);
}

async function valuesOf({ sets }: CaseData, set: number): Promise<Float64Array> {
  const { values, valueScales } = sets[set]!;
  return await readRows(gpu, { rows: values, scales: valueScales }, everyRow);
}

async function attend(data: CaseData, sequence: number, fraction: number) {
  const { queryHeads, kvHeads, headDim } = geometry;
  const [queryLength, keysLength] = [queryHeads * headDim, kvHeads * context * headDim];
  const part = <Numbers extends Float32Array | Float64Array>(all: Numbers, length: number) =>
    all.subarray(sequence * length, (sequence + 1) * length);
  const call = {
    geometry,
    contextLength: context,
    query: part(data.queries, queryLength),
    keys: part(await keysOf(data, 0), keysLength),
    values: part(await valuesOf(data, 0), keysLength),
  };
  const logSumExps = decodeAttention(call).logSumExp;
  const logThresholds = Array.from(logSumExps, (each) => logThreshold(data.bands, fraction, each));
  return decodeAttention({ ...call, rule: { kind: "sift", logThresholds } });
}

describe.each(["f16", "i8"] as const)("createCaseData of %s", (kvType) => {
  const data = cases[kvType];

  test.each([0.05, 0.25, 0.5, 1])(
    "every head keeps exactly %d of the keys, and the union is the same",
    async (fraction) => {
      const count = Math.round(fraction * context);
      for (const sequence of [0, 1]) {
        const { kept, unionKept } = await attend(data, sequence, fraction);
        expect([...kept]).toEqual(new Array(geometry.queryHeads).fill(count));
        expect([...unionKept]).toEqual(new Array(geometry.kvHeads).fill(count));
      }
    },
  );

  test("keeps other keys in each KV head and sequence, spread over the context", async () => {
    const lists = [];
    for (const sequence of [0, 1]) {
      const { logWeights, logSumExp } = await attend(data, sequence, 1);
      for (const head of [0, 3]) {
        const cut = logThreshold(data.bands, 0.25, logSumExp[head]!);
        const row = logWeights.subarray(head * context, (head + 1) * context);
        lists.push([...row.keys()].filter((key) => row[key]! >= cut));
      }
    }
    expect(new Set(lists.map((list) => list.join())).size).toBe(4);
    for (const list of lists) {
      const firstHalf = list.filter((key) => key < context / 2).length;
      expect(firstHalf / list.length).toBeGreaterThan(0.3);
      expect(firstHalf / list.length).toBeLessThan(0.7);
    }
  });

  test("every set holds the same numbers, of mean 0 and variance near 1", async () => {
    for (const read of [keysOf, valuesOf]) {
      const first = await read(data, 0);
      expect(await read(data, 2)).toEqual(first);
      const mean = first.reduce((sum, value) => sum + value, 0) / first.length;
      const variance = first.reduce((sum, value) => sum + value ** 2, 0) / first.length;
      expect(Math.abs(mean)).toBeLessThan(0.05);
      expect(variance).toBeGreaterThan(0.8);
      expect(variance).toBeLessThan(1.2);
    }
  });

  test("leaves nothing behind when memory limits refuse it", async () => {
    const before = gpu.memory.buffers;
    const shape = { name: "huge", geometry: { queryHeads: 1, kvHeads: 1, headDim: 256 } };
    const tooLong = { shape, batch: 1, context: 2 ** 24, kvType };
    await expect(createCaseData(gpu, tooLong, { fractions: [], sets: 1 })).rejects.toThrow("keys");
    expect(gpu.memory.buffers).toBe(before);
  });
});
