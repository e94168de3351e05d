import type { DroppedMass, SiftAttentionOptions } from "./sift-attention-options.ts";

/** Options with their defaults filled in; `variant` and `tuning` are SiftAttention's own fields. */
export interface ResolvedOptions
  extends Required<Omit<SiftAttentionOptions, "variant" | "tuning" | "droppedMass">> {
  readonly droppedMass: DroppedMass;
}
