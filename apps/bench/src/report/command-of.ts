import type { QualitySettings } from "../quality/quality-settings.ts";

/** The command that measures with these settings on the default model and text. */
export function commandOf(settings: QualitySettings): string {
  const options: [string, string | number][] = [
    ["--suites", settings.suites.join(",")],
    ["--context", settings.contexts.join(",")],
    ["--methods", settings.methods.join(",")],
    ["--quantiles", settings.quantiles.join(",")],
    ["--warmup", settings.warmup],
    ["--windows", settings.windows],
    ["--output-rows", settings.outputRows],
    ["--passkey-samples", settings.passkeySamples],
    ["--needle-keys", settings.needleKeys],
    ["--generate", settings.generate.join(",")],
    ["--prompt-tokens", settings.promptTokens],
    ["--temperature", settings.temperature],
    ["--pairs", settings.pairs],
    ["--pair-tokens", settings.pairTokens],
    ["--seeds", settings.seeds],
    ["--seed", settings.seed],
  ];
  return ["pnpm bench quality", ...options.map(([name, value]) => `${name} ${value}`)].join(" ");
}
