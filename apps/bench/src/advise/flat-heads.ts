import type { LawObservations } from "../law/law-record.ts";

/** A head and how flat its weights are. */
export interface FlatHead {
  readonly layer: number;
  readonly head: number;
  /** Mean of ln(θ·N) over the rows: 0 where the quantile is an even share of the weight, far below it in peaked heads. */
  readonly flatness: number;
}

/** Heads by flatness, the flattest first: there a dropped key takes most weight with it. */
export function flatHeads(observations: readonly LawObservations[]): FlatHead[] {
  return observations
    .map(({ layer, head, contextLength, logQuantile }) => ({
      layer,
      head,
      flatness:
        logQuantile.reduce((sum, log, i) => sum + log + Math.log(contextLength[i]!), 0) /
        logQuantile.length,
    }))
    .toSorted((a, b) => b.flatness - a.flatness);
}
