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

/** Compares sampled rows with full attention in float64. */
export class OutputErrorMeter {
  readonly #rule: DroppedMassRule;
  readonly #positions: ReadonlySet<number>;
  readonly #relative: Float64Array;
  #relativeMax = 0;
  #rows = 0;
  #boundUseMax = 0;
  #aboveBound = 0;
  #heads = 0;

  /** @param positions Of the rows that are looked at. */
  constructor(layers: number, rule: DroppedMassRule, positions: Iterable<number>) {
    this.#rule = rule;
    this.#positions = new Set(positions);
    this.#relative = new Float64Array(layers);
  }

  add(attention: LayerAttention): void {
    for (let row = 0; row < attention.rows; row++) {
      if (this.#positions.has(attention.firstPosition + row)) this.#addRow(attention, row);
    }
  }

  #addRow(attention: LayerAttention, row: number): void {
    const { layer, output, droppedMass, geometry } = attention;
    const { queryHeads, headDim } = geometry;
    let [error, length] = [0, 0];
    for (const full of attendFully(attention, row)) {
      const at = row * queryHeads + full.queryHead;
      const ours = output.subarray(at * headDim, (at + 1) * headDim);
      const square = squaredDistance(full.output, ours);
      error += square;
      length += full.output.reduce((sum, x) => sum + x * x, 0);
      this.#addHead(Math.sqrt(square), boundOf(this.#rule, droppedMass[at]!, full), full);
    }
    const relative = error === 0 ? 0 : Math.sqrt(error / length);
    this.#relative[layer]! += relative;
    this.#relativeMax = Math.max(this.#relativeMax, relative);
    if (layer === 0) this.#rows++;
  }

  #addHead(error: number, bound: number, { longestValue }: FullOutput): void {
    const use = error / (bound + ROUNDING * longestValue);
    this.#boundUseMax = Math.max(this.#boundUseMax, use);
    if (!(use <= 1)) this.#aboveBound++;
    this.#heads++;
  }

  totals(): OutputErrorTotals {
    return {
      relative: [...this.#relative],
      relativeMax: this.#relativeMax,
      rows: this.#rows,
      boundUseMax: this.#boundUseMax,
      aboveBound: this.#aboveBound,
      heads: this.#heads,
    };
  }
}

function squaredDistance(a: Float64Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum;
}
