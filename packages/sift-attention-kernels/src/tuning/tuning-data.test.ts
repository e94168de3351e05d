import { openGpu } from "@sift-attention/gpu";
import { describe, expect, test } from "vitest";
import { resolveOptions } from "../resolve-options.ts";
import { TuningData } from "./tuning-data.ts";

const gpu = await openGpu({ backend: "null" });
const { maxStorageBufferBindingSize = 2 ** 27 } = gpu.report.limits;
const rowBytes = 32 * 4;
const options = resolveOptions(
  {
    geometry: { queryHeads: 1, kvHeads: 1, headDim: 32 },
    kvType: "f32",
    slots: 1,
    capacity: Math.floor(maxStorageBufferBindingSize / rowBytes),
  },
  gpu.report.limits,
);

describe("TuningData", () => {
  test("frees what it made when a buffer of it cannot be had", async () => {
    const { liveBytes, buffers } = gpu.memory;
    const capacity = 2 * options.capacity;
    await expect(TuningData.create(gpu, { ...options, capacity }, [1])).rejects.toMatchObject({
      code: "over-limit",
    });
    expect(gpu.memory).toMatchObject({ liveBytes, buffers });
  });
});
