import type { QualitySettings } from "../quality/quality-settings.ts";

/** The command that measures with these settings on the default model and text. */
export function commandOf(settings: QualitySettings): string {
  const options: [string, string | number][] = [
    ["--context", settings.contexts.join(",")],
    ["--methods", settings.methods.join(",")],
    ["--quantiles", settings.quantiles.join(",")],
    ["--warmup", settings.warmup],
    ["--windows", settings.windows],
    ["--passkey-samples", settings.passkeySamples],
    ["--seed", settings.seed],
  ];
  return ["pnpm bench quality", ...options.map(([name, value]) => `${name} ${value}`)].join(" ");
}
