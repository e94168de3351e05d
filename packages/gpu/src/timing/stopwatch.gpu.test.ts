import { openTestGpu, testAdapter } from "@sift-attention/testing/test-gpu";
import { describe, expect, test } from "vitest";
import { openDawn } from "../dawn/dawn.ts";
import { openGpu } from "../device/open-gpu.ts";
import { wrapGpu } from "../device/wrap-gpu.ts";
import { createKernel } from "../kernels/create-kernel.ts";
import { scale } from "../kernels/scale.fixture.ts";
import { createStopwatch } from "./stopwatch.ts";

const gpu = await openTestGpu(openGpu);
const kernel = await createKernel(gpu, scale, { TILE: 64, FACTOR: 2 });
const spec = { dtype: "f32", shape: [2 ** 20], usage: "storage" } as const;
const input = gpu.createBuffer({ label: "input", ...spec });
const scaled = gpu.createBuffer({ label: "scaled", ...spec });
const group = kernel.bind({ input, scaled });

describe("createStopwatch", () => {
  test("times passes in their order, and is empty after a read", async () => {
    const stopwatch = createStopwatch(gpu, 3);
    for (let round = 0; round < 2; round++) {
      gpu.submit((encoder) => {
        for (const [label, workgroups] of [
          ["long", 2 ** 14],
          ["short", 1],
        ] as const) {
          const pass = stopwatch.beginPass(encoder, label);
          kernel.record(pass, group, [workgroups]);
          pass.end();
        }
      });
      const times = await stopwatch.read();
      expect(times.map(({ label }) => label)).toEqual(["long", "short"]);
      const [long, short] = times;
      expect(long!.ns).toBeGreaterThan(short!.ns);
      expect(short!.ns).toBeGreaterThan(0);
      expect(short!.beginNs).toBeGreaterThanOrEqual(long!.endNs);
      for (const { ns, beginNs, endNs } of times) expect(BigInt(ns)).toBe(endNs - beginNs);
    }
    expect(await stopwatch.read()).toEqual([]);
    stopwatch.dispose();
  });

  test("is finer than the steps that browsers round to", async () => {
    const stopwatch = createStopwatch(gpu, 1);
    const clocks: bigint[] = [];
    for (let round = 0; round < 8; round++) {
      gpu.submit((encoder) => stopwatch.beginPass(encoder, "nothing").end());
      for (const { beginNs } of await stopwatch.read()) clocks.push(beginNs % 65_536n);
    }
    expect(new Set(clocks).size).toBeGreaterThan(1);
    stopwatch.dispose();
  });

  test("refuses a pass too many, and goes on after a read", async () => {
    const stopwatch = createStopwatch(gpu, 1);
    gpu.submit((encoder) => stopwatch.beginPass(encoder, "one").end());
    expect(() => stopwatch.pass("two")).toThrow(
      expect.objectContaining({ code: "over-limit", asked: 2, offered: 1 }),
    );
    expect(await stopwatch.read()).toHaveLength(1);
    expect(stopwatch.pass("two").label).toBe("two");
    stopwatch.dispose();
  });

  test.each([0, -1, 1.5, Number.NaN])("refuses a capacity of %s", (capacity) => {
    expect(() => createStopwatch(gpu, capacity)).toThrow(
      expect.objectContaining({ code: "invalid-argument" }),
    );
  });

  test("refuses more than a query set holds", () => {
    expect(() => createStopwatch(gpu, 2049)).toThrow(
      expect.objectContaining({ code: "over-limit", asked: 2049, offered: 2048 }),
    );
    createStopwatch(gpu, 2048).dispose();
  });

  test("refuses a device without timestamps", async () => {
    const adapter = await (await openDawn(["backend=null"])).requestAdapter();
    const bare = wrapGpu(await adapter!.requestDevice());
    expect(() => createStopwatch(bare, 1)).toThrow(
      expect.objectContaining({ code: "missing-feature" }),
    );
    bare.device.destroy();
  });

  test("frees its memory, and refuses to go on", async () => {
    const { liveBytes } = gpu.memory;
    const stopwatch = createStopwatch(gpu, 16);
    expect(gpu.memory.liveBytes).toBe(liveBytes + 16 * 16);
    stopwatch.dispose();
    stopwatch[Symbol.dispose]();
    expect(gpu.memory.liveBytes).toBe(liveBytes);
    expect(() => stopwatch.pass("late")).toThrow(expect.objectContaining({ code: "disposed" }));
    await expect(stopwatch.read()).rejects.toMatchObject({ code: "disposed" });
  });

  test("says so when the device is gone", async () => {
    const other = await openGpu({ adapter: testAdapter() });
    const stopwatch = createStopwatch(other, 1);
    other.device.destroy();
    await other.lost;
    expect(() => stopwatch.pass("late")).toThrow(expect.objectContaining({ code: "device-lost" }));
    stopwatch.dispose();
  });
});
