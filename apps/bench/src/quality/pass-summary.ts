import { addKept, NOTHING_KEPT } from "../measures/kept-keys.ts";
import { MassHistogram } from "../measures/mass-histogram.ts";
import type { PassTotals } from "./pass-totals.ts";

/** Means over layers, heads and rows of several passes. */
export interface PassSummary {
  /** Kept fraction per query head, in [0, 1]. */
  readonly keptMean: number;
  /** Fraction of value rows read per KV head, in [0, 1]. */
  readonly keptUnion: number;
  /** Weight of the dropped keys per query head, in [0, 1]. */
  readonly droppedMassMean: number;
  readonly droppedMassP99: number;
  readonly droppedMassMax: number;
  /** Value rows per token, over all layers and KV heads. */
  readonly valueRowsRead: number;
  readonly valueRowsVisible: number;
}

/** @param tokens Rows that the passes ran, warmup excluded. */
export function summarisePasses(passes: readonly PassTotals[], tokens: number): PassSummary {
  const mass = new MassHistogram();
  for (const pass of passes) mass.addCounts(pass.droppedMass);
  const kept = passes.reduce((sum, pass) => addKept(sum, pass.kept), NOTHING_KEPT);
  return {
    keptMean: kept.keptFractions / kept.queryHeads,
    keptUnion: kept.unionFractions / kept.kvHeads,
    droppedMassMean: mass.mean,
    droppedMassP99: mass.percentile(0.99),
    droppedMassMax: mass.max,
    valueRowsRead: kept.valueRowsRead / tokens,
    valueRowsVisible: kept.valueRowsVisible / tokens,
  };
}
