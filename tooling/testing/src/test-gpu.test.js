import { afterEach, describe, expect, test, vi } from "vitest";
import { openTestGpu, testAdapter } from "./test-gpu.js";

afterEach(() => vi.unstubAllEnvs());

describe("testAdapter", () => {
  test("is software unless hardware is asked for", () => {
    vi.stubEnv("SIFT_ADAPTER", undefined);
    expect(testAdapter()).toBe("software");
    vi.stubEnv("SIFT_ADAPTER", "hardware");
    expect(testAdapter()).toBe("hardware");
  });

  test("refuses what it does not know", () => {
    vi.stubEnv("SIFT_ADAPTER", "gpu");
    expect(testAdapter).toThrow("SIFT_ADAPTER: expected software or hardware, got gpu");
  });
});

const disposed = [];
const opened = await openTestGpu(
  async (options) => ({ options, [Symbol.dispose]: () => disposed.push(options) }),
  { backend: "vulkan" },
);

describe("openTestGpu", () => {
  test("opens with the tests' adapter beside the given options", () => {
    expect(opened.options).toEqual({ adapter: testAdapter(), backend: "vulkan" });
    expect(disposed).toEqual([]);
  });

  test("fails where there is no adapter", async () => {
    const refusal = new Error("no adapter");
    await expect(openTestGpu(() => Promise.reject(refusal))).rejects.toBe(refusal);
  });
});
