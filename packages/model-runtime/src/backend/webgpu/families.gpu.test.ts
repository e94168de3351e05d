import { openGpu } from "@sift-attention/gpu";
import { openTestGpu } from "@sift-attention/testing/test-gpu";
import { describe, expect, test } from "vitest";
import type { FamilyCase } from "../../golden/family-case.fixture.ts";
import type { ModelBackend } from "../model-backend.ts";
import { deviation, full, openCpu, promptOf } from "./backend-rig.fixture.ts";
import { createWebgpuBackend } from "./create-webgpu-backend.ts";
import { randomFamilyFiles } from "./random-family.fixture.ts";

const gpu = await openTestGpu(openGpu);
const families: readonly FamilyCase[] =
  process.env.SIFT_ALL_FAMILIES === undefined
    ? ["gemma3", "gpt2"]
    : ["llama", "mistral", "qwen2", "qwen2-sliding", "qwen3", "gemma3", "gpt2"];

const tokens = promptOf(14);
const compileMs = 180_000; // software compiles slowly, and tests may share the machine

/** Logits of a prompt in one piece, then of single rows, which run as decode steps do. */
async function logitsOf(backend: ModelBackend): Promise<number[]> {
  const slots = await backend.createSlots({ slots: 1, capacity: 32 });
  const logits: number[] = [];
  for (const [firstPosition, end] of [
    [0, 9],
    [9, 10],
    [10, 11],
    [11, 14],
  ] as const) {
    const piece = { slot: 0, tokens: tokens.slice(firstPosition, end), firstPosition };
    const result = await slots.run({ ...piece, attention: full, want: "logits" });
    logits.push(...result.logits!);
  }
  slots.dispose();
  return logits;
}

describe("createWebgpuBackend", () => {
  const timed = { timeout: compileMs };
  test.each(families)("computes %s as the CPU does, within rounding", timed, async (family) => {
    const files = await randomFamilyFiles(family);
    const [plain, wasm] = await Promise.all([openCpu(files, "plain"), openCpu(files, "wasm")]);
    const expected = await logitsOf(plain);
    const honest = deviation(await logitsOf(wasm), expected);
    const largest = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const options = { device: gpu.device, kvType: "f32", maxRows: 16 } as const;
    const webgpu = await createWebgpuBackend(files, options);
    const got = await logitsOf(webgpu);
    expect(deviation(got, expected)).toBeLessThanOrEqual(2 * honest + 4 * 2 ** -24 * largest);
    await Promise.all([plain, wasm, webgpu].map((backend) => backend.dispose()));
  });
});
