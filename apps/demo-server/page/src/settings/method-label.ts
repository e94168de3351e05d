import type { AttentionSettings, DroppedMassSetting } from "../../../src/live-events.ts";

const RULES: Readonly<Record<DroppedMassSetting, string>> = {
  none: "nothing put back",
  renormalise: "renormalised",
  "mean-value": "mean value put back",
};

/** A method's name for a table: "Sift". */
export function methodName(attention: AttentionSettings): string {
  const names = { full: "Full", "top-k": "Top-k", "sliding-window": "Window", sift: "Sift" };
  return names[attention.kind];
}

/** A method's settings in a few words: "τ 0.75, warmup 64, mean value put back". */
export function methodDetail(attention: AttentionSettings): string {
  if (attention.kind === "full") return "every key kept";
  const rule = RULES[attention.dropped_mass ?? "none"];
  if (attention.kind === "top-k") return `${percent(attention.fraction)} of the keys, ${rule}`;
  if (attention.kind === "sliding-window") {
    return `${attention.sinks} first and ${attention.window} last keys, ${rule}`;
  }
  return `τ ${attention.quantile ?? "default"}, warmup ${attention.warmup ?? "default"}, ${rule}`;
}

function percent(fraction = 0.25): string {
  return `${Number((fraction * 100).toPrecision(3))} %`;
}
