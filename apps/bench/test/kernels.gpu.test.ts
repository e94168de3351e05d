import { openGpu } from "@sift-attention/gpu";
import { openTestGpu } from "@sift-attention/testing/test-gpu";
import { beforeAll, describe, expect, test } from "vitest";
import { findShape } from "../src/kernels/cases/attention-shape.ts";
import { checkContestants } from "../src/kernels/checks/check-contestants.ts";
import { createCaseData } from "../src/kernels/data/case-data.ts";
import type { KernelRecord } from "../src/kernels/report/kernel-record.ts";
import { DEFAULT_SETTINGS, type KernelSettings } from "../src/kernels/run/kernel-settings.ts";
import { runKernels } from "../src/kernels/run/run-kernels.ts";
import { createSubject } from "../src/kernels/run/subject.ts";
import { parseKernelFile } from "./parse-kernel-file.ts";

const gpu = await openTestGpu(openGpu);
const context = 200;
const settings: KernelSettings = {
  ...DEFAULT_SETTINGS,
  shapes: ["smollm2-135m"],
  batches: [2],
  contexts: [context, 2 ** 24],
  fractions: [0.25, 0.05],
  kernels: DEFAULT_SETTINGS.kernels,
  samples: 3,
  stepsPerSample: 2,
  warmUpMs: 0,
  cacheMb: 0.1,
  memoryGb: 1e3,
  checkKeys: 150,
};

describe("runKernels", () => {
  const records: KernelRecord[] = [];
  const lines: string[] = [];
  let record: KernelRecord;
  beforeAll(async () => {
    record = await runKernels({
      gpu,
      settings,
      tunings: {},
      signal: new AbortController().signal,
      report: (line) => lines.push(line),
      onCase: (soFar) => records.push(soFar),
    });
  }, 180_000); // compiling takes its time in software

  test("has a row for each contestant, and none is wrong", () => {
    expect(record.failures).toEqual([]);
    expect(record.rows.map(({ kernel, keptUnion }) => [kernel, keptUnion])).toEqual([
      ["read-keys", 1],
      ["read-keys-values", 1],
      ["scores", 1],
      ["full", 1],
      ["sifted", 1],
      ["sifted-lowest", 1],
      ["sifted", 0.25],
      ["sifted", 0.05],
      ["sifted-default", 0.25],
      ["sifted-sampled", 0.25],
      ["top-k", 0.25],
      ["top-k", 0.05],
    ]);
  });

  test("is a record as other programs read it", () => {
    expect(parseKernelFile(JSON.stringify(record))).toEqual(record);
  });

  test("each row says how it was measured", () => {
    for (const row of record.rows) {
      expect(row).toMatchObject({ shape: "smollm2-135m", batch: 2, context });
      expect(row).toMatchObject({ samples: 3, stepsPerSample: 2, bufferSets: 3 });
      expect(row.bytes).toBeGreaterThanOrEqual(2 * 3 * context * 64 * 2);
      expect(row.p10Us).toBeLessThanOrEqual(row.medianUs);
      expect(row.medianUs).toBeLessThanOrEqual(row.p90Us);
      if (!row.kernel.startsWith("read-")) expect(row.relativeError).toBeLessThan(2 ** -12);
    }
  });

  test("a case that no binding holds is left out with its reason, and was told of like the others", () => {
    expect(record.leftOut).toEqual([
      {
        shape: "smollm2-135m",
        batch: 2,
        context: 2 ** 24,
        reason: expect.stringContaining("exceed one binding"),
        isError: false,
      },
    ]);
    expect(records.map(({ rows, leftOut }) => [rows.length, leftOut.length])).toEqual([
      [0, 1],
      [record.rows.length, 1],
    ]);
    expect(lines).toEqual([
      expect.stringMatching(/^smollm2-135m, f16, batch 2, context 200: 12 rows/),
    ]);
  });

  test("says that software measured it and frees what it made", () => {
    expect(record.adapter.isSoftware).toBe(gpu.report.isSoftware);
    expect(gpu.memory.buffers).toBe(0);
  });

  test("the default gate runs a short context as full attention, with the tuning that was given", async () => {
    const tuning = record.tunings["smollm2-135m"]!;
    const dense = { ...tuning, entries: { ...tuning.entries, denseBelow: 2 * context + 1 } };
    const gated = await runKernels({
      gpu,
      settings: { ...settings, contexts: [context], kernels: ["full", "sifted-default"] },
      tunings: { "smollm2-135m": dense },
      signal: new AbortController().signal,
      report() {},
      onCase() {},
    });
    expect(gated.tunings["smollm2-135m"]).toEqual(dense);
    expect(gated.failures).toEqual([]);
    expect(gated.rows.at(-1)).toMatchObject({ kernel: "sifted-default", keptUnion: 1 });
  });

  test("begins no case after the budget", async () => {
    const { rows, leftOut } = await runKernels({
      gpu,
      settings: { ...settings, contexts: [context], budgetSeconds: 0 },
      tunings: {},
      signal: new AbortController().signal,
      report() {},
      onCase() {},
    });
    expect(rows).toEqual([]);
    expect(leftOut).toMatchObject([{ reason: "after the end of --budget-seconds 0" }]);
  });
});

describe("checkContestants", () => {
  test("refuses every kernel when the oracle is told another query", async () => {
    const kernelCase = {
      shape: findShape("smollm2-135m"),
      batch: 1,
      context,
      kvType: "f16",
    } as const;
    const data = await createCaseData(gpu, kernelCase, { fractions: [], sets: 1 });
    const subject = await createSubject(gpu, data, {
      tuning: undefined,
      topK: false,
      sampledContexts: [],
    });
    const only: KernelSettings = { ...settings, fractions: [], kernels: ["full", "sifted"] };
    expect(await checkContestants(gpu, subject, only)).toMatchObject({
      right: [{}, {}],
      wrong: [],
    });
    data.queries[5]! += 0.5;
    const { right, wrong } = await checkContestants(gpu, subject, only);
    expect(right).toEqual([]);
    for (const { error } of wrong) expect(error).toContain("of the float64 oracle");
    subject.dispose();
    data.dispose();
  });
});
