import type { AttentionMode, DroppedMassRule, LayerAttention } from "@sift-attention/model-runtime";
import { attendFully, type FullOutput } from "./attend-fully.ts";

/** How far attention outputs lie from full attention on the same queries, keys and values; to be added up. */
export interface OutputErrorTotals {
  /** Σ over rows of ‖ô − o‖ / ‖o‖ over all heads of a layer: [layers]. */
  readonly relative: readonly number[];
  readonly relativeMax: number;
  /** Rows looked at, in each layer. */
  readonly rows: number;
  /** Largest ‖ô − o‖ of a head over its bound and what f32 may round. */
  readonly boundUseMax: number;
  /** Heads above that, of so many looked at. */
  readonly aboveBound: number;
  readonly heads: number;
}

/** Of the largest value's length: what f32 sums of weighted values may be off. */
const ROUNDING = 2 ** -18;

/** What a mode does with the dropped mass. */
export function droppedMassRuleOf(mode: AttentionMode): DroppedMassRule {
  if (mode.kind === "full") return "none";
  return mode.droppedMass ?? (mode.kind === "sift" ? "mean-value" : "none");
}

/**
 * Bound of a head's error: d·max‖v‖ where the dropped mass is lost, d·max‖v − v̄‖ where the mean value stands in, twice
 * that where the kept weights are divided by their sum.
 */
function boundOf(rule: DroppedMassRule, droppedMass: number, full: FullOutput): number {
  if (rule === "none") return droppedMass * full.longestValue;
  return (rule === "renormalise" ? 2 : 1) * droppedMass * full.longestCentred;
}

/** One row of one layer. */
interface RowError {
  readonly layer: number;
  readonly relative: number;
  /** Error over bound: [queryHeads]. */
  readonly boundUses: readonly number[];
}

/** Compares sampled rows with full attention in float64. Of a row that is done again the last time counts. */
export class OutputErrorMeter {
  readonly #layers: number;
  readonly #rule: DroppedMassRule;
  readonly #positions: ReadonlySet<number>;
  readonly #rows = new Map<string, RowError>();

  /** @param positions Of the rows that are looked at. */
  constructor(layers: number, rule: DroppedMassRule, positions: Iterable<number>) {
    this.#layers = layers;
    this.#rule = rule;
    this.#positions = new Set(positions);
  }

  add(attention: LayerAttention): void {
    for (let row = 0; row < attention.rows; row++) {
      const position = attention.firstPosition + row;
      if (!this.#positions.has(position)) continue;
      this.#rows.set(`${attention.layer}/${position}`, compareOutputs(attention, row, this.#rule));
    }
  }

  totals(): OutputErrorTotals {
    const rows = [...this.#rows.values()];
    const uses = rows.flatMap(({ boundUses }) => boundUses);
    const relative = new Array<number>(this.#layers).fill(0);
    for (const row of rows) relative[row.layer]! += row.relative;
    return {
      relative,
      relativeMax: Math.max(0, ...rows.map((row) => row.relative)),
      rows: rows.length / this.#layers,
      boundUseMax: Math.max(0, ...uses),
      aboveBound: uses.filter((use) => !(use <= 1)).length,
      heads: uses.length,
    };
  }
}

function compareOutputs(attention: LayerAttention, row: number, rule: DroppedMassRule): RowError {
  const { layer, output, droppedMass, geometry } = attention;
  const { queryHeads, headDim } = geometry;
  let [error, length] = [0, 0];
  const boundUses = attendFully(attention, row).map((full) => {
    const at = row * queryHeads + full.queryHead;
    const square = squaredDistance(full.output, output.subarray(at * headDim, (at + 1) * headDim));
    error += square;
    length += full.output.reduce((sum, x) => sum + x * x, 0);
    const bound = boundOf(rule, droppedMass[at]!, full) + ROUNDING * full.longestValue;
    return Math.sqrt(square) / bound;
  });
  return { layer, relative: error === 0 ? 0 : Math.sqrt(error / length), boundUses };
}

function squaredDistance(a: Float64Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum;
}
