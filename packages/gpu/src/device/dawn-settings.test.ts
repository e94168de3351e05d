import { describe, expect, test } from "vitest";
import { dawnSettings } from "./dawn-settings.ts";

describe("dawnSettings", () => {
  test("asks for exact timestamps and nothing else by default", () => {
    expect(dawnSettings({})).toEqual(["disable-dawn-features=timestamp_quantization"]);
    expect(dawnSettings({ exactTimestamps: false })).toEqual([]);
  });

  test("puts toggles of one kind in one list", () => {
    const dawnFeatures = { enable: ["skip_validation"], disable: ["disable_robustness"] };
    expect(dawnSettings({ backend: "vulkan", experimental: true, dawnFeatures })).toEqual([
      "backend=vulkan",
      "enable-dawn-features=allow_unsafe_apis,vulkan_enable_f16_on_nvidia,skip_validation",
      "disable-dawn-features=timestamp_quantization,disable_robustness",
    ]);
  });
});
