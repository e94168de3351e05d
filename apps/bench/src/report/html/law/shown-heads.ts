import type { LawFit, LawRecord } from "../../../law/law-record.ts";

/** The τ that is shown in detail: the default's, or the middle one. */
export function shownQuantile({ settings }: LawRecord): number {
  const { quantiles } = settings;
  return quantiles.includes(0.75) ? 0.75 : quantiles[Math.floor(quantiles.length / 2)]!;
}

/** A head and why it is shown. */
export interface ShownHead {
  readonly layer: number;
  readonly head: number;
  readonly reason: string;
}

/** The heads whose law fits at the 95 %, the middle and the 5 % of all heads: chosen by rank, not by looks. */
export function shownHeads(fits: readonly LawFit[]): ShownHead[] {
  const ranked = fits.toSorted((a, b) => a.rSquared - b.rSquared);
  const at = (share: number, reason: string): ShownHead => {
    const { layer, head } = ranked[Math.round(share * (ranked.length - 1))]!;
    return { layer, head, reason };
  };
  return [at(0.95, "a good fit"), at(0.5, "the median fit"), at(0.05, "a bad fit")];
}
