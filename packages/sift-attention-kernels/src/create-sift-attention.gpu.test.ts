import { openGpu } from "@sift-attention/gpu";
import { openTestGpu, testAdapter } from "@sift-attention/testing/test-gpu";
import { describe, expect, test } from "vitest";
import { createSiftAttention } from "./create-sift-attention.ts";

const gpu = await openTestGpu(openGpu);

describe("createSiftAttention", () => {
  // SwiftShader offers buffers that it cannot allocate.
  test.runIf(testAdapter() === "software")(
    "tells of memory that ran out before anything is recorded, and frees the rest",
    async () => {
      const { liveBytes, buffers } = gpu.memory;
      const queryHeads = 64;
      const created = createSiftAttention(gpu, {
        geometry: { queryHeads, kvHeads: 1, headDim: 32 },
        kvType: "f16",
        slots: 1,
        capacity: Math.floor(gpu.report.limits.maxStorageBufferBindingSize! / queryHeads / 4),
        topK: false,
        quantiles: false,
      });
      await expect(created).rejects.toMatchObject({
        name: "SiftError",
        code: "over-limit",
        message: expect.stringContaining("createBuffer scores"),
      });
      expect(gpu.memory).toMatchObject({ liveBytes, buffers });
      await gpu.settled();
    },
  );
});
