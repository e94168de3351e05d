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

/** What a pass kept, as the runtime hands it out: see `ScoredChunk`. */
export type KeptCounts = Pick<ScoredChunk, "firstPosition" | "rows" | "kept" | "union">;

/** Σ over layers and heads of one row of [layers, rows, heads] counts, exact as they are whole numbers. */
function sumOfRow(counts: Float32Array, layers: number, rows: number, row: number): number {
  const heads = counts.length / (layers * rows);
  let sum = 0;
  for (let layer = 0; layer < layers; layer++) {
    const from = (layer * rows + row) * heads;
    for (let head = 0; head < heads; head++) sum += counts[from + head]!;
  }
  return sum;
}

/** Which keys and value rows one row of a chunk read; at position p it sees p + 1 keys. */
export function keptKeys(chunk: KeptCounts, layers: number, row: number): KeptSums {
  const { firstPosition, rows } = chunk;
  const visible = firstPosition + row + 1;
  const valueRowsRead = sumOfRow(chunk.union, layers, rows, row);
  const kvHeads = chunk.union.length / rows;
  return {
    keptFractions: sumOfRow(chunk.kept, layers, rows, row) / visible,
    queryHeads: chunk.kept.length / rows,
    unionFractions: valueRowsRead / visible,
    kvHeads,
    valueRowsRead,
    valueRowsVisible: visible * kvHeads,
  };
}
