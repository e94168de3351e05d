import { percentile } from "../measures/percentile.ts";
import type { LawFit, LawRecord } from "./law-record.ts";

/** One way to fit, over all heads of one text at one τ. */
export interface LawSummary {
  readonly text: string;
  readonly quantile: number;
  readonly variant: string;
  readonly heads: number;
  /** Heads whose law holds. */
  readonly holding: number;
  readonly scattered: number;
  readonly drifting: number;
  /** Over the heads: 5 %, median, 95 %. */
  readonly exponent: readonly [number, number, number];
  readonly rSquared: readonly [number, number, number];
  /** Median over the heads of |logBias|. */
  readonly absoluteLogBias: number;
  /** Mean over the heads. */
  readonly insideBand: number;
}

/** One summary for each text, τ and variant, in the order of the record. */
export function summariseLaws({ texts, settings, variants, fits }: LawRecord): LawSummary[] {
  return texts.flatMap(({ text }) =>
    settings.quantiles.flatMap((quantile) =>
      variants.map(({ name }) => {
        const isMember = (fit: LawFit): boolean =>
          fit.text === text && fit.quantile === quantile && fit.variant === name;
        return { text, quantile, variant: name, ...summarise(fits.filter(isMember)) };
      }),
    ),
  );
}

function summarise(fits: readonly LawFit[]): Omit<LawSummary, "text" | "quantile" | "variant"> {
  const spread = (values: number[]): [number, number, number] => [
    percentile(values, 0.05),
    percentile(values, 0.5),
    percentile(values, 0.95),
  ];
  const failing = (failure: LawFit["failures"][number]): number =>
    fits.filter(({ failures }) => failures.includes(failure)).length;
  return {
    heads: fits.length,
    holding: fits.filter(({ failures }) => failures.length === 0).length,
    scattered: failing("scatter"),
    drifting: failing("drift"),
    exponent: spread(fits.map(({ exponent }) => exponent)),
    rSquared: spread(fits.map(({ rSquared }) => rSquared)),
    absoluteLogBias: percentile(
      fits.map(({ heldOut }) => Math.abs(heldOut.logBias)),
      0.5,
    ),
    insideBand: fits.reduce((sum, { heldOut }) => sum + heldOut.insideBand, 0) / fits.length,
  };
}
