import { openGpu } from "@sift-attention/gpu";
import { openTestGpu } from "@sift-attention/testing/test-gpu";
import { describe, expect, test } from "vitest";
import { chooseVariant } from "./choose-variant.ts";
import { reliableSubgroupSize } from "./reliable-subgroup-size.ts";

const gpu = await openTestGpu(openGpu);

describe("chooseVariant", () => {
  test("takes the subgroups that the device confirms", async () => {
    const subgroupSize = await reliableSubgroupSize(gpu);
    const variant = { subgroupSize, nativeF16: false };
    expect(await chooseVariant(gpu, "f16")).toEqual(variant);
    expect(await chooseVariant(gpu, "f16", { subgroupSize })).toEqual(variant);
  });

  test("does without subgroups when asked to", async () => {
    expect(await chooseVariant(gpu, "f32", { subgroupSize: 0 })).toMatchObject({ subgroupSize: 0 });
  });

  test.each([
    [{ subgroupSize: 3 }, "invalid-option", /subgroupSize: expected 0 or 4 .* got 3/],
    [{ subgroupSize: Number.NaN }, "invalid-option", /subgroupSize/],
    [{ nativeF16: "yes" }, "invalid-option", /nativeF16/],
    [{ nativeF16: true }, "invalid-option", /nativeF16: expected kvType "f16", got "f32"/],
    [{ subgroupSize: 64 }, "missing-feature", /subgroupSize: expected at most \d+, .* got 64/],
  ])("refuses %o over f32", async (asked, code, message) => {
    await expect(chooseVariant(gpu, "f32", asked as object)).rejects.toMatchObject({
      name: "SiftError",
      code,
      message: expect.stringMatching(message),
    });
  });

  test.each([["nativeF16", "shader-f16"]])(
    "refuses %s where the device has no %s",
    async (name, feature) => {
      const features = gpu.report.features.filter((has) => has !== feature);
      const bare = { ...gpu, device: gpu.device, report: { ...gpu.report, features } };
      await expect(chooseVariant(bare, "f16", { [name]: true })).rejects.toMatchObject({
        code: "missing-feature",
        message: expect.stringContaining(feature),
      });
    },
  );
});
