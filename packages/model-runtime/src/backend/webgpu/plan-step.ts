import type { DecodeSequence } from "@sift-attention/sift-attention-kernels";
import { isSelective } from "./attention-settings.ts";
import type { AttentionStep } from "./slot-attention.ts";
import type { StepRow } from "./step-row.ts";
import { visibleKeys } from "./visible-keys.ts";

/** What the rows of a step ask of attention together. */
export type StepPlan = Pick<AttentionStep, "kind" | "quantiles">;

/** The least that serves every row: rows that keep all keys go along with rows that do not. */
export function planStep(rows: readonly Pick<StepRow, "attention">[]): StepPlan {
  const rules = rows.map(({ attention }) => attention.rule);
  const quantiles = rows.some(({ attention }) => attention.quantile !== undefined);
  if (rules.some(({ kind }) => kind === "top-k")) return { kind: "top-k", quantiles };
  return { kind: rules.some(isSelective) ? "sifted" : "full", quantiles };
}

/** The keys that a row sees in layers of one window, and the rank that its rule wants among them. */
export function sequenceOf(
  { slot, position, attention }: StepRow,
  window: number | undefined,
): DecodeSequence {
  const { firstKey, count } = visibleKeys(position, window);
  const sequence = { slot, firstKey, contextLength: position + 1 };
  const { rule, quantile } = attention;
  if (rule.kind !== "top-k") return quantile === undefined ? sequence : { ...sequence, quantile };
  return { ...sequence, keptKeys: Math.max(1, Math.ceil(rule.fraction * count)) };
}
