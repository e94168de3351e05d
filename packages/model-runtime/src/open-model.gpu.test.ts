import { openGpu } from "@sift-attention/gpu";
import { openTestGpu } from "@sift-attention/testing/test-gpu";
import { describe, expect, test } from "vitest";
import { promptOf, tinyFiles } from "./backend/webgpu/backend-rig.fixture.ts";
import type { Model } from "./model.ts";
import { openModel } from "./open-model.ts";

const gpu = await openTestGpu(openGpu);
const files = tinyFiles();

async function tokensOf(model: Model): Promise<number[]> {
  const session = await model.createSession({ contextLength: 64, attention: { kind: "full" } });
  const ids: number[] = [];
  for await (const { id } of session.generate(promptOf(9), { maxTokens: 20, temperature: 0 })) {
    ids.push(id);
  }
  return ids;
}

// Before the tests, whose time is measured: software compiles slowly.
const onGpu = await openModel(files, { backend: "webgpu", device: gpu.device, kvType: "f32" });
const onCpu = await openModel(files, { backend: "cpu", cpu: "plain" });
const drawnOnGpu = await tokensOf(onGpu);

describe("openModel on a GPU", () => {
  test("generates the tokens of the CPU, and leaves the caller's device open", async () => {
    expect(onGpu.info.backend).toBe("webgpu");
    expect(drawnOnGpu).toEqual(await tokensOf(onCpu));
    await Promise.all([onGpu.dispose(), onCpu.dispose()]);
    expect(await Promise.race([gpu.lost, "alive"])).toBe("alive");
  });

  test("a model without room is refused with the numbers", async () => {
    const options = { backend: "webgpu", device: gpu.device, memoryBytes: 2 ** 20 } as const;
    await expect(openModel(files, options)).rejects.toMatchObject({
      code: "out-of-memory",
      message: expect.stringMatching(/expected room in 1\.0 MB, got weights .* scratch/),
    });
  });
});
