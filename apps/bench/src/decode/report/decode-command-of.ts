import type { DecodeSettings } from "../decode-settings.ts";

/** The command that measures with these settings. */
export function decodeCommandOf(settings: DecodeSettings): string {
  const options: [string, string | number | null][] = [
    ["--models", settings.models.join(",")],
    ["--contexts", settings.contexts.join(",")],
    ["--batches", settings.batches.join(",")],
    ["--batch-context", settings.batchContext],
    ["--methods", settings.methods.join(",")],
    ["--fraction", settings.fraction],
    ["--tokens", settings.tokens],
    ["--warmup", settings.warmup],
    ["--samples", settings.samples],
    ["--prefill-tokens", settings.prefillTokens],
    ["--plant-above", settings.plantAbove],
    ["--rows", settings.maxRows],
    ["--profile-samples", settings.profileSamples],
    ["--budget-seconds", settings.budgetSeconds],
  ];
  const given = options.filter(([, value]) => value !== null && value !== "");
  return ["pnpm bench decode", ...given.map(([name, value]) => `${name} ${value}`)].join(" ");
}
