import type { AttentionMode } from "@sift-attention/model-runtime";
import type { ResolvedAttention } from "./live-events.ts";

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
    case "sift": {
      const { dropped_mass, keep_first, keep_last, ...rest } = settings;
      return { ...rest, droppedMass: dropped_mass, keepFirst: keep_first, keepLast: keep_last };
    }
  }
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
