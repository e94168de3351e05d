import { openGpu, wrapGpu } from "@sift-attention/gpu";
import { openTestGpu } from "@sift-attention/testing/test-gpu";
import { describe, expect, test } from "vitest";
import { create } from "webgpu";
import { planLimits } from "../plan/plan-attention.ts";
import type { SiftAttentionOptions } from "../sift-attention-options.ts";
import { expectTuning } from "./expect-tuning.ts";
import type { TuningProgress } from "./tune-options.ts";
import { tuneSiftAttention } from "./tune-sift-attention.ts";
import { adapterOf } from "./tuned-adapter.ts";

const gpu = await openTestGpu(openGpu);
const dawn = create(["backend=null"]);
const options: SiftAttentionOptions = {
  geometry: { queryHeads: 1, kvHeads: 1, headDim: 32 },
  kvType: "f16",
  slots: 2,
  capacity: 300,
};

describe("tuneSiftAttention", () => {
  test("gives a tuning of this device that expectTuning takes, and frees its buffers", async () => {
    const { liveBytes } = gpu.memory;
    const tuning = await tuneSiftAttention(gpu, options, { contexts: [300], budgetMs: 0 });
    expect(gpu.memory.liveBytes).toBe(liveBytes);
    expect(tuning.adapter).toEqual(adapterOf(gpu.report));
    expect([0, 2 * 256, 2 * 300, 2 * 300 + 1]).toContain(tuning.entries.denseBelow);
    const json = JSON.parse(JSON.stringify(tuning));
    expect(json).toEqual(tuning);
    const { geometry, kvType } = options;
    const { report } = gpu;
    const subject = { geometry, kvType, variant: tuning.variant };
    expect(() => expectTuning(report, subject, json, planLimits(report.limits))).not.toThrow();
  }, 60_000);

  test("tells what it measured, and stops where its signal says, everything freed", async () => {
    const { liveBytes } = gpu.memory;
    const abort = new AbortController();
    const told: TuningProgress[] = [];
    const tuned = tuneSiftAttention(gpu, options, {
      contexts: [64, 300],
      budgetMs: 60_000,
      signal: abort.signal,
      onProgress: (progress) => {
        told.push(progress);
        abort.abort(new Error("enough"));
      },
    });
    await expect(tuned).rejects.toThrow("enough");
    expect(told).toEqual([expect.objectContaining({ knob: "scores.workgroups", measured: 1 })]);
    expect(gpu.memory.liveBytes).toBe(liveBytes);
  }, 60_000);

  test.each([
    [{ contexts: [] }, /^contexts: expected an array of context lengths/],
    [{ contexts: [301] }, /^contexts\[0\]: expected a whole number, 1 to 300, got 301/],
    [{ contexts: 5 }, /^contexts: .* got 5/],
    [{ budgetMs: -1 }, /^budgetMs: expected a number of at least 0, got -1/],
    [{ budgetMs: Number.NaN }, /^budgetMs/],
  ])("refuses %o", async (wrong, message) => {
    await expect(tuneSiftAttention(gpu, options, wrong as object)).rejects.toMatchObject({
      name: "SiftError",
      code: "invalid-option",
      message: expect.stringMatching(message),
    });
  });

  test("refuses a device without timestamps", async () => {
    const adapter = await dawn.requestAdapter();
    const clockless = wrapGpu(await adapter!.requestDevice());
    await expect(tuneSiftAttention(clockless, options)).rejects.toMatchObject({
      code: "missing-feature",
      message: expect.stringContaining("timestamp-query"),
    });
    clockless.device.destroy();
  });
});
