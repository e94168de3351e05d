import type { QualityRow } from "../quality/quality-row.ts";

/** KL of a method where it reads a given share of the value rows. */
export interface EqualRows {
  readonly method: string;
  /** In nats; null where the measured τ do not lie on both sides of the share. */
  readonly klMean: number | null;
  /** τ below and above. */
  readonly between: readonly [number, number] | null;
}

/**
 * Each method at the same share of value rows read (union), by a straight line of ln KL over ln union between the two
 * measured τ around it; never beyond what was measured.
 * @param rows Of one text and context.
 */
export function atEqualRows(rows: readonly QualityRow[], share: number): EqualRows[] {
  const methods = [
    ...new Set(rows.filter(({ quantile }) => quantile !== null).map(({ method }) => method)),
  ];
  return methods.map((method) => {
    const points = rows
      .filter((row) => row.method === method && row.klMean > 0)
      .toSorted((a, b) => a.keptUnion - b.keptUnion);
    const at = points.findIndex(({ keptUnion }) => keptUnion >= share);
    const [low, high] = [points[at - 1], points[at]];
    if (!low || !high) return { method, klMean: null, between: null };
    const part = Math.log(share / low.keptUnion) / Math.log(high.keptUnion / low.keptUnion);
    const klMean = Math.exp(Math.log(low.klMean) * (1 - part) + Math.log(high.klMean) * part);
    return { method, klMean, between: [high.quantile!, low.quantile!] };
  });
}
