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
  /** 1 − dropped mass: its mean, its 1 % and its smallest. */
  readonly keptMassMean: number;
  readonly keptMassP1: number;
  readonly keptMassMin: number;
  /** Mean kept fraction: [layers][queryHeads]. */
  readonly keptByHead: readonly (readonly number[])[];
  /** Value rows per token, over all layers and KV heads. */
  readonly valueRowsRead: number;
  readonly valueRowsVisible: number;
}

/** @param options.tokens Rows that the passes ran, warmup excluded. */
export function summarisePasses(
  passes: readonly PassTotals[],
  { tokens, layers }: { readonly tokens: number; readonly layers: number },
): PassSummary {
  const mass = new MassHistogram();
  for (const pass of passes) mass.addCounts(pass.droppedMass);
  const kept = passes.reduce((sum, pass) => addKept(sum, pass.kept), NOTHING_KEPT);
  return {
    keptMean: kept.keptFractions / kept.queryHeads,
    keptUnion: kept.unionFractions / kept.kvHeads,
    droppedMassMean: mass.mean,
    droppedMassP99: mass.percentile(0.99),
    droppedMassMax: mass.max,
    keptMassMean: 1 - mass.mean,
    keptMassP1: 1 - mass.percentile(0.99),
    keptMassMin: 1 - mass.max,
    keptByHead: keptByHead(passes, layers),
    valueRowsRead: kept.valueRowsRead / tokens,
    valueRowsVisible: kept.valueRowsVisible / tokens,
  };
}

function keptByHead(passes: readonly PassTotals[], layers: number): number[][] {
  const rows = passes.reduce((sum, pass) => sum + pass.rows, 0);
  const heads = (passes[0]?.keptByHead.length ?? 0) / layers;
  return Array.from({ length: layers }, (_, layer) =>
    Array.from({ length: heads }, (_, head) => {
      const sum = passes.reduce((total, pass) => total + pass.keptByHead[layer * heads + head]!, 0);
      return Number((sum / rows).toFixed(6));
    }),
  );
}
