import type { DroppedMassRule } from "../attention-mode.ts";
import type { ChooseKeys } from "../key-choice.ts";

/** Which keys the rows of one pass keep, in all layers. */
export type AttentionRule =
  | { readonly kind: "full" }
  /** Keys kept per head of n visible ones: max(1, ceil(fraction · n)); of equal weights the lower index wins. */
  | { readonly kind: "top-k"; readonly fraction: number; readonly droppedMass: DroppedMassRule }
  | {
      readonly kind: "sliding-window";
      readonly sinks: number;
      readonly window: number;
      readonly droppedMass: DroppedMassRule;
    }
  | {
      readonly kind: "sift";
      /** ln θ: [layers, rows, queryHeads]; −Infinity keeps every key. Absent: −Infinity throughout, the warmup. */
      readonly logThresholds?: Float32Array;
      readonly droppedMass: DroppedMassRule;
      readonly keepFirst: number;
      readonly keepLast: number;
    }
  /** On the CPU alone. */
  | {
      readonly kind: "custom";
      readonly name: string;
      readonly choose: ChooseKeys;
      readonly droppedMass: DroppedMassRule;
    };

/** How attention treats the rows of one pass. */
export interface PassAttention {
  readonly rule: AttentionRule;
  /** Asks for the τ-quantile of each row's weights, over the keys that are not exempt by the rule. */
  readonly quantile?: number;
  /** Asks for more of single rows that see every key. A wish: a backend that cannot tell it leaves it out. */
  readonly sample?: RowSample;
}

/** Rows of a pass whose weights' quantiles are wanted at several levels, over all keys that they see. */
export interface RowSample {
  /** Indices in the pass, ascending. */
  readonly rows: readonly number[];
  /** In (0, 1), ascending. */
  readonly levels: readonly number[];
}
