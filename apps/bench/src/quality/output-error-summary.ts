import type { OutputErrorTotals } from "../measures/output-error.ts";
import type { WindowResult } from "./window-comparison.ts";

/** Attention outputs against full attention on the same queries, keys and values, at sampled rows. */
export interface OutputErrorSummary {
  /** ‖ô − o‖ / ‖o‖ over all heads, mean over rows and layers. */
  readonly mean: number;
  readonly max: number;
  /** Its mean over rows: [layers]. */
  readonly byLayer: readonly number[];
  /** Largest error of a head over its bound and what f32 rounds; above 1 would break the bound. */
  readonly boundUseMax: number;
  /** Heads above that, of `heads`. */
  readonly aboveBound: number;
  readonly heads: number;
  /** Rows looked at. */
  readonly rows: number;
}

/** Null when the windows were measured without outputs. */
export function summariseOutputErrors(windows: readonly WindowResult[]): OutputErrorSummary | null {
  const totals = windows.map(({ outputError }) => outputError).filter((total) => total !== null);
  const rows = sum(totals, (total) => total.rows);
  if (rows === 0) return null;
  const layers = totals[0]!.relative.length;
  const byLayer = Array.from(
    { length: layers },
    (_, layer) => sum(totals, ({ relative }) => relative[layer]!) / rows,
  );
  return {
    mean: byLayer.reduce((total, error) => total + error, 0) / layers,
    max: Math.max(...totals.map(({ relativeMax }) => relativeMax)),
    byLayer,
    boundUseMax: Math.max(...totals.map(({ boundUseMax }) => boundUseMax)),
    aboveBound: sum(totals, ({ aboveBound }) => aboveBound),
    heads: sum(totals, ({ heads }) => heads),
    rows,
  };
}

function sum(
  totals: readonly OutputErrorTotals[],
  value: (total: OutputErrorTotals) => number,
): number {
  return totals.reduce((total, part) => total + value(part), 0);
}
