import { describe, expect, test } from "vitest";
import { expectOpenOptions } from "./expect-open-options.ts";
import type { OpenGpuOptions } from "./open-options.ts";

/** Options as plain JavaScript passes them. */
function refusal(options: object, inBrowser = false): unknown {
  try {
    expectOpenOptions(options as OpenGpuOptions, inBrowser);
    return undefined;
  } catch (error) {
    return error;
  }
}

describe("expectOpenOptions", () => {
  test.each([
    [{ adapter: "gpu" }, "adapter: expected hardware, software, any, got gpu"],
    [{ powerPreference: "low" }, "powerPreference: expected low-power, high-performance, got low"],
    [{ backend: "cuda" }, "backend: expected d3d11, d3d12, metal, null"],
    [{ experimental: 1 }, "experimental: expected true or false, got 1"],
    [{ exactTimestamps: "yes" }, "exactTimestamps: expected true or false, got yes"],
    [
      { dawnFeatures: { enable: ["a,b"] } },
      'dawnFeatures: expected names such as disable_robustness, got "a,b"',
    ],
    [
      { requiredLimits: { maxBufferSize: Number.NaN } },
      "requiredLimits.maxBufferSize: expected a whole number",
    ],
    [
      { requiredLimits: { maxBufferSize: -1 } },
      "requiredLimits.maxBufferSize: expected a whole number",
    ],
  ])("refuses %j", (options, message) => {
    expect(refusal(options)).toMatchObject({
      code: "invalid-argument",
      message: expect.stringContaining(message),
    });
  });

  test("takes a driver's name in Node only", () => {
    expect(refusal({ backend: "null" })).toBeUndefined();
    expect(refusal({ backend: "null" }, true)).toMatchObject({ code: "invalid-argument" });
    expect(refusal({ dawnFeatures: {} }, true)).toMatchObject({ code: "invalid-argument" });
  });

  test("takes what one page of code passes everywhere", () => {
    expect(
      refusal({ adapter: "any", experimental: true, exactTimestamps: true }, true),
    ).toBeUndefined();
  });
});
