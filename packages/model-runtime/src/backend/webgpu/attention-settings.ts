import type { DroppedMass } from "@sift-attention/sift-attention-kernels";
import { ModelError } from "../../model-error.ts";
import type { AttentionRule, PassAttention } from "../attention-rule.ts";

/** What of a rule is compiled into kernels. */
export interface AttentionSettings {
  readonly droppedMass: DroppedMass;
  readonly keepFirst: number;
  readonly keepLast: number;
  readonly topK: boolean;
  readonly quantiles: boolean;
}

/** Of full attention. */
export const fullSettings: AttentionSettings = {
  droppedMass: "none",
  keepFirst: 0,
  keepLast: 0,
  topK: false,
  quantiles: false,
};

/** Whether a rule can drop a key. */
export function isSelective(rule: AttentionRule): boolean {
  if (rule.kind === "sift") return rule.logThresholds !== undefined;
  return rule.kind !== "full";
}

/** Whether every kernel computes it: all keys kept, and no quantiles. */
export function isFull({ rule, quantile }: PassAttention): boolean {
  return !isSelective(rule) && quantile === undefined;
}

/**
 * What must be compiled for a pass.
 * @throws ModelError "bad-option" for quantiles of a rule that has none here, and for a rule of the caller's.
 */
export function settingsOf({ rule, quantile }: PassAttention): AttentionSettings {
  const quantiles = quantile !== undefined;
  switch (rule.kind) {
    case "full":
      return { ...fullSettings, quantiles };
    case "sift": {
      const { droppedMass, keepFirst, keepLast } = rule;
      return { droppedMass, keepFirst, keepLast, topK: false, quantiles: true };
    }
    case "custom":
      throw new ModelError(
        "bad-option",
        `webgpu: attention.kind: expected one that runs on the GPU, got the custom rule ${rule.name}; open the model with backend "cpu"`,
      );
    case "top-k":
      expectNoQuantile(rule, quantiles);
      return { ...fullSettings, droppedMass: rule.droppedMass, topK: true };
    case "sliding-window":
      expectNoQuantile(rule, quantiles);
      return {
        ...fullSettings,
        droppedMass: rule.droppedMass,
        keepFirst: rule.sinks,
        keepLast: rule.window,
      };
  }
}

function expectNoQuantile({ kind }: AttentionRule, quantiles: boolean): void {
  if (!quantiles) return;
  throw new ModelError(
    "bad-option",
    `webgpu: quantile: expected one under full attention or sift, got one under ${kind}`,
  );
}
