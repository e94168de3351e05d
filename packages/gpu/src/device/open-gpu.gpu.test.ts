import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { openTestGpu, testAdapter } from "@sift-attention/testing/test-gpu";
import { describe, expect, test } from "vitest";
import { openGpu } from "./open-gpu.ts";

const gpu = await openTestGpu(openGpu);
const adapter = testAdapter();

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** 16 MiB written, a copy in flight and another buffer left to the device. */
async function openUseAndClose(): Promise<number> {
  const other = await openGpu({ adapter });
  const spec = { label: "filled", dtype: "f32", shape: [4 * 2 ** 20], usage: "storage" } as const;
  other.createBuffer(spec);
  const filled = other.createBuffer({ ...spec, data: new Float32Array(4 * 2 ** 20).fill(1) });
  await other.settled();
  expect(await other.read(filled, { start: 4 * 2 ** 20 - 1 })).toEqual(Float32Array.of(1));
  other.dispose();
  await other.lost;
  return other.memory.liveBytes;
}

describe("openGpu", () => {
  test("gives an adapter of the wanted kind", () => {
    expect(gpu.report.isSoftware).toBe(adapter === "software");
  });

  test("gets every limit and feature that the adapter offers", async () => {
    const bare = await openGpu({ adapter });
    expect(bare.report.limits).toEqual(gpu.report.limits);
    expect(gpu.report.limits.maxStorageBufferBindingSize).toBeGreaterThan(128 * 2 ** 20);
    expect(gpu.report.limits.maxComputeWorkgroupStorageSize).toBeGreaterThan(16 * 2 ** 10);
    expect(gpu.report.features).toContain("timestamp-query");
    bare.dispose();
  });

  test("reports subgroup sizes with the feature, and what is missing", () => {
    const { subgroupMinSize, subgroupMaxSize, features, missing } = gpu.report;
    expect(features.includes("subgroups")).toBe(subgroupMinSize > 0);
    expect(subgroupMaxSize).toBeGreaterThanOrEqual(subgroupMinSize);
    expect(missing.filter((feature) => features.includes(feature))).toEqual([]);
    expect(missing).toContain("chromium-experimental-subgroup-matrix");
  });

  test("says which features and limits an adapter lacks, with both numbers", async () => {
    await expect(openGpu({ adapter, requiredFeatures: ["telepathy"] })).rejects.toMatchObject({
      code: "missing-feature",
      message: expect.stringContaining("telepathy"),
    });
    const offered = gpu.report.limits.maxBufferSize!;
    const asked = offered + 4;
    await expect(
      openGpu({ adapter, requiredLimits: { maxBufferSize: asked } }),
    ).rejects.toMatchObject({ code: "over-limit", asked, offered });
    await expect(openGpu({ adapter, requiredLimits: { maxPatience: 1 } })).rejects.toMatchObject({
      code: "over-limit",
      offered: undefined,
    });
    const exact = await openGpu({ adapter, requiredLimits: { maxBufferSize: offered } });
    exact.dispose();
  });

  test.runIf(adapter === "software")("refuses software where hardware is asked for", async () => {
    await expect(openGpu({ adapter: "hardware" })).rejects.toMatchObject({
      code: "no-adapter",
      message: expect.stringMatching(/SwiftShader.*in software/),
    });
  });

  test("says so when a driver is not there at all, each time", async () => {
    const backend = process.platform === "linux" ? "metal" : "opengles";
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(openGpu({ backend })).rejects.toMatchObject({ code: "no-adapter" });
    }
  });

  test("stops when its signal does, with the signal's reason", async () => {
    const reason = new Error("changed my mind");
    await expect(openGpu({ adapter, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const opening = openGpu({ adapter, signal: controller.signal });
    controller.abort(reason);
    await expect(opening).rejects.toBe(reason);
  });

  test("keeps Dawn alive through garbage collections", async () => {
    for (let round = 0; round < 20; round++) {
      collectGarbage();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const data = Uint32Array.of(1, 2, 3);
    const buffer = gpu.createBuffer({
      label: "after",
      dtype: "u32",
      shape: [3],
      usage: "storage",
      data,
    });
    expect(await gpu.read(buffer)).toEqual(data);
    buffer.dispose();
  });

  test("leaves nothing behind in fifty openings and closings", async () => {
    for (let cycle = 0; cycle < 10; cycle++) expect(await openUseAndClose()).toBe(0);
    collectGarbage();
    const before = process.memoryUsage().rss;
    for (let cycle = 0; cycle < 40; cycle++) expect(await openUseAndClose()).toBe(0);
    collectGarbage();
    const grown = process.memoryUsage().rss - before;
    expect(grown).toBeLessThan(256 * 2 ** 20); // forty forgotten devices would hold 1.2 GiB
  });
});
