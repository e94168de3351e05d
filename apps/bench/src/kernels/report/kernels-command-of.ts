import type { KernelSettings } from "../run/kernel-settings.ts";

/** The command that measures with these settings. */
export function kernelsCommandOf(settings: KernelSettings): string {
  const options: [string, string | number][] = [
    ["--shapes", settings.shapes.join(",")],
    ...(settings.kvType === undefined ? [] : ([["--kv", settings.kvType]] as [string, string][])),
    ["--batches", settings.batches.join(",")],
    ["--contexts", settings.contexts.join(",")],
    ["--fractions", settings.fractions.join(",")],
    ["--kernels", settings.kernels.join(",")],
    ["--samples", settings.samples],
    ["--warmup-ms", settings.warmUpMs],
    ["--l2-mb", settings.cacheMb],
    ["--memory-gb", settings.memoryGb],
    ["--check-keys", settings.checkKeys],
  ];
  if (settings.stepsPerSample !== null) options.push(["--steps", settings.stepsPerSample]);
  if (settings.budgetSeconds !== null) options.push(["--budget-seconds", settings.budgetSeconds]);
  const flags = settings.experimental ? [" --experimental"] : [];
  const words = options.map(([name, value]) => `${name} ${value}`);
  return ["pnpm bench kernels", ...words].join(" ") + flags.join("");
}
