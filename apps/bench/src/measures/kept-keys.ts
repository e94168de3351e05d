import type { ScoredChunk } from "@sift-attention/model-runtime";

/** Sums over the layers, rows and heads of a pass; divide by the counts for means. */
export interface KeptSums {
  /** Σ kept / visible over query heads. */
  readonly keptFractions: number;
  readonly queryHeads: number;
  /** Σ union / visible over KV heads. */
  readonly unionFractions: number;
  readonly kvHeads: number;
  /** Value rows read and visible over all layers and KV heads. */
  readonly valueRowsRead: number;
  readonly valueRowsVisible: number;
}

export const NOTHING_KEPT: KeptSums = {
  keptFractions: 0,
  queryHeads: 0,
  unionFractions: 0,
  kvHeads: 0,
  valueRowsRead: 0,
  valueRowsVisible: 0,
};

export function addKept(a: KeptSums, b: KeptSums): KeptSums {
  return {
    keptFractions: a.keptFractions + b.keptFractions,
    queryHeads: a.queryHeads + b.queryHeads,
    unionFractions: a.unionFractions + b.unionFractions,
    kvHeads: a.kvHeads + b.kvHeads,
    valueRowsRead: a.valueRowsRead + b.valueRowsRead,
    valueRowsVisible: a.valueRowsVisible + b.valueRowsVisible,
  };
}

/** Which keys and value rows the rows of a chunk read. Row r at position p sees p + 1 keys. */
export function keptKeys(
  chunk: Pick<ScoredChunk, "firstPosition" | "rows" | "kept" | "union">,
  layers: number,
): KeptSums {
  const queryHeads = chunk.kept.length / (layers * chunk.rows);
  const kvHeads = chunk.union.length / (layers * chunk.rows);
  const visible = (entry: number, heads: number): number =>
    chunk.firstPosition + (Math.floor(entry / heads) % chunk.rows) + 1;
  let keptFractions = 0;
  chunk.kept.forEach((kept, entry) => {
    keptFractions += kept / visible(entry, queryHeads);
  });
  let [unionFractions, valueRowsRead, valueRowsVisible] = [0, 0, 0];
  chunk.union.forEach((union, entry) => {
    unionFractions += union / visible(entry, kvHeads);
    valueRowsRead += union;
    valueRowsVisible += visible(entry, kvHeads);
  });
  return {
    keptFractions,
    queryHeads: chunk.kept.length,
    unionFractions,
    kvHeads: chunk.union.length,
    valueRowsRead,
    valueRowsVisible,
  };
}
