import { openTestGpu } from "@sift-attention/testing/test-gpu";
import { describe, expect, test } from "vitest";
import { openGpu } from "./open-gpu.ts";
import { wrapGpu } from "./wrap-gpu.ts";

const owner = await openTestGpu(openGpu);
const words = { dtype: "u32", shape: [2], usage: "storage" } as const;

describe("wrapGpu", () => {
  test("computes on the caller's device and tells what it is", async () => {
    const gpu = wrapGpu(owner.device);
    expect(gpu.report).toEqual(owner.report);
    const buffer = gpu.createBuffer({ label: "words", ...words, data: Uint32Array.of(7, 8) });
    expect(await gpu.read(buffer)).toEqual(Uint32Array.of(7, 8));
    gpu.dispose();
  });

  test("frees its own buffers when disposed of, and leaves the device working", async () => {
    const gpu = wrapGpu(owner.device);
    const buffer = gpu.createBuffer({ label: "words", ...words });
    gpu.dispose();
    gpu.dispose();
    expect(buffer.isDisposed).toBe(true);
    expect(gpu.memory.liveBytes).toBe(0);
    expect(() => gpu.createBuffer({ label: "late", ...words })).toThrow(
      expect.objectContaining({ code: "disposed" }),
    );
    const other = owner.createBuffer({ label: "words", ...words, data: Uint32Array.of(1, 2) });
    expect(await owner.read(other)).toEqual(Uint32Array.of(1, 2));
    other.dispose();
  });

  test("tells of the caller's own errors without throwing them", async () => {
    const device = (await openGpu({ backend: "null" })).device;
    device.addEventListener("uncapturederror", (event) => event.preventDefault());
    const gpu = wrapGpu(device);
    const told: string[] = [];
    gpu.onEvent((event) => told.push(event.type));
    device.createBuffer({ size: 16, usage: 0x3 });
    await gpu.settled();
    expect(told).toEqual(["uncaptured-validation"]);
    device.destroy();
  });

  test("refuses what is no device", () => {
    expect(() => wrapGpu({} as GPUDevice)).toThrow(
      expect.objectContaining({ code: "invalid-argument" }),
    );
    expect(() => wrapGpu(undefined as unknown as GPUDevice)).toThrow(/expected a GPUDevice/);
  });
});
