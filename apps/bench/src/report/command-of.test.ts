import { describe, expect, test } from "vitest";
import { type QualityOptions, qualityCommand } from "../cli/quality-command.ts";
import { qualitySettingsOf } from "../cli/quality-settings-of.ts";
import { QUICK_SETTINGS, type QualitySettings } from "../quality/quality-settings.ts";
import { commandOf } from "./command-of.ts";

describe("commandOf", () => {
  test("is read back as the same settings", async () => {
    const settings: QualitySettings = {
      ...QUICK_SETTINGS,
      suites: ["windows", "shift"],
      quantiles: [0.5, 0.95],
      generate: [16, 32],
      temperature: 0.5,
      seed: 7,
      passkeySamples: 0,
    };
    let read: QualityOptions | undefined;
    const command = qualityCommand(async (options) => {
      read = options;
    });
    await command.parseAsync(commandOf(settings).split(" ").slice(3), { from: "user" });
    expect(qualitySettingsOf(read!)).toEqual(settings);
  });
});
