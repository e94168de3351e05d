import type { AttentionMode, SiftMode } from "@sift-attention/model-runtime";
import type { FallbackSetting, ResolvedAttention } from "./live-events.ts";

/** The settings of a request in the runtime's words. */
export function toAttentionMode(settings: ResolvedAttention): AttentionMode {
  switch (settings.kind) {
    case "full":
      return settings;
    case "top-k": {
      const { dropped_mass, ...rest } = settings;
      return { ...rest, droppedMass: dropped_mass };
    }
    case "sliding-window": {
      const { dropped_mass, ...rest } = settings;
      return { ...rest, droppedMass: dropped_mass };
    }
    case "sift":
      return toSiftMode(settings);
  }
}

function toSiftMode(settings: Extract<ResolvedAttention, { readonly kind: "sift" }>): SiftMode {
  const { dropped_mass, keep_first, keep_last, warmup_limit, warmup_tolerance, ...named } =
    settings;
  const { max_dropped_mass, floor_answer, fallback, ...dense } = named;
  const { dense_layers, dense_heads, dense_flatness, ...rest } = dense;
  return {
    ...rest,
    warmupLimit: warmup_limit,
    warmupTolerance: warmup_tolerance,
    maxDroppedMass: max_dropped_mass,
    floorAnswer: floor_answer,
    fallback: fallback === "none" ? fallback : toFallback(fallback),
    denseLayers: dense_layers,
    denseHeads: dense_heads,
    denseFlatness: dense_flatness,
    droppedMass: dropped_mass,
    keepFirst: keep_first,
    keepLast: keep_last,
  };
}

function toFallback({
  dense_after,
  ...rest
}: FallbackSetting): Exclude<SiftMode["fallback"], "none" | undefined> {
  return { ...rest, denseAfter: dense_after };
}

/** The settings of a profile in a request's words: names with underscores, the values as they are. */
export function toAttentionSettings(mode: SiftMode): Readonly<Record<string, unknown>> {
  const { fallback, kind, trace, fixedLogThreshold, ...rest } = mode;
  return {
    ...renamed(rest),
    ...(fallback !== undefined && {
      fallback: fallback === "none" ? fallback : renamed(fallback),
    }),
  };
}

function renamed(fields: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [toSnakeCase(name), value]),
  );
}

function toSnakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The fraction of keys that settings ask for; null where they name none. */
export function nominalKept(settings: ResolvedAttention): number | null {
  switch (settings.kind) {
    case "full":
      return 1;
    case "top-k":
      return settings.fraction;
    case "sliding-window":
      return null;
    case "sift":
      return 1 - settings.quantile;
  }
}
