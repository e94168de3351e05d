import type { HeadLaw } from "@sift-attention/model-runtime";
import type { LawFit, LawObservations } from "./law-record.ts";
import { fitVariant, type LawPlan, observedRows } from "./law-rows.ts";
import { LAW_VARIANTS } from "./law-variant.ts";

/** The text and the τ of a pass. */
export interface LawSubject {
  readonly text: string;
  readonly quantile: number;
}

/** What a record shows of a head's quantiles. */
export function observationsOf(
  subject: LawSubject,
  { layer, head, quantiles }: HeadLaw,
  { parts, settings }: LawPlan,
): LawObservations {
  const contextLength = observedRows(parts, settings);
  const logs = contextLength.map((keys) => Math.log(positive(quantiles[keys - 1]!)));
  return {
    ...subject,
    ...{ layer, head, contextLength },
    logQuantile: logs.map((log) => Math.round(log * 1e4) / 1e4),
  };
}

/** A head's law by each variant. */
export function fitsOf(
  subject: LawSubject,
  { layer, head, quantiles }: HeadLaw,
  plan: LawPlan,
): LawFit[] {
  const observed = quantiles.map(positive);
  return LAW_VARIANTS.map((variant) => ({
    ...subject,
    ...{ variant: variant.name, layer, head },
    ...fitVariant(variant, observed, plan),
  }));
}

/** Zero has no logarithm: the smallest normal f32 stands for it, as in the scheduler. */
function positive(quantile: number): number {
  return Math.max(quantile, 2 ** -126);
}
