import { describe, expect, test } from "vitest";
import { kernelSettingsOf } from "../../cli/kernel-settings-of.ts";
import { type KernelsOptions, kernelsCommand } from "../../cli/kernels-command.ts";
import { DEFAULT_SETTINGS } from "../run/kernel-settings.ts";
import { kernelsCommandOf } from "./kernels-command-of.ts";

describe("kernelsCommandOf", () => {
  test.each([
    DEFAULT_SETTINGS,
    {
      ...DEFAULT_SETTINGS,
      shapes: ["mha-32x128"],
      kernels: ["full", "top-k"] as const,
      samples: 15,
      stepsPerSample: 9,
      budgetSeconds: 90,
      experimental: true,
    },
  ])("is read back as the same settings", async (settings) => {
    let read: KernelsOptions | undefined;
    const command = kernelsCommand(async (options) => {
      read = options;
    });
    await command.parseAsync(kernelsCommandOf(settings).split(" ").slice(3), { from: "user" });
    expect(kernelSettingsOf(read!)).toEqual(settings);
  });
});
