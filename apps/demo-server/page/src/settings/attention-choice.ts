import type { AttentionSettings, DroppedMassSetting } from "../../../src/live-events.ts";

/** What the attention form holds; each method reads the part that it needs. */
export interface AttentionChoice {
  readonly kind: "full" | "top-k" | "sift";
  /** τ in (0, 1). */
  readonly quantile: number;
  /** Steps; 0 for as many as the law needs. */
  readonly warmup: number;
  /** Of top-k, in (0, 1]. */
  readonly fraction: number;
  readonly droppedMass: DroppedMassSetting;
  readonly clock: "context-length" | "generated-steps";
  readonly fit: "least-squares" | "theil-sen" | "slope-prior";
}

/** The form's first values: the server's defaults, the project's own where those say nothing. */
export function attentionDefaults(defaults: AttentionSettings): AttentionChoice {
  const sift = defaults.kind === "sift" ? defaults : undefined;
  return {
    kind: defaults.kind === "sliding-window" ? "sift" : defaults.kind,
    quantile: sift?.quantile ?? 0.75,
    warmup: typeof sift?.warmup === "number" ? sift.warmup : 0,
    fraction: (defaults.kind === "top-k" ? defaults.fraction : undefined) ?? 0.25,
    droppedMass: sift?.dropped_mass ?? "mean-value",
    clock: sift?.clock ?? "context-length",
    fit: sift?.fit ?? "slope-prior",
  };
}

/** The `attention` of a request that a choice stands for. */
export function attentionSettings(choice: AttentionChoice): AttentionSettings {
  const { kind, quantile, warmup, fraction, droppedMass, clock, fit } = choice;
  if (kind === "full") return { kind };
  if (kind === "top-k") return { kind, fraction, dropped_mass: droppedMass };
  const steps = warmup < 2 ? "auto" : warmup;
  return { kind, quantile, warmup: steps, dropped_mass: droppedMass, clock, fit };
}
