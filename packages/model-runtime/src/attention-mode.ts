import type { ChooseKeys, KeyChoiceShape } from "./key-choice.ts";

/** What happens with the weight of the keys that were dropped. */
export type DroppedMassRule =
  /** Nothing: the output loses it. What the paper does. */
  | "none"
  /** The kept weights are divided by their sum. */
  | "renormalise"
  /** The mean of all cached values stands in, weighted by the dropped mass. */
  | "mean-value";

/** How decode attention chooses the keys whose values it reads. */
export type AttentionMode =
  | { readonly kind: "full" }
  | {
      readonly kind: "top-k";
      /** Keys kept by each query head, as a fraction of the context in (0, 1]; at least one key. */
      readonly fraction: number;
      /** Default "none". */
      readonly droppedMass?: DroppedMassRule;
    }
  | {
      readonly kind: "sliding-window";
      /** First keys always kept. */
      readonly sinks: number;
      /** Last keys kept. */
      readonly window: number;
      /** Default "none". */
      readonly droppedMass?: DroppedMassRule;
    }
  | CustomMode
  | SiftMode;

/** A rule of the caller's own, on the CPU backend alone: it runs in JavaScript, between scores and values. */
export interface CustomMode {
  readonly kind: "custom";
  /** For messages and records. */
  readonly name: string;
  /**
   * Makes the rule of one generation or scoring. It is asked for each row in ascending order, in each layer and KV head,
   * so that it may remember what it saw.
   */
  readonly createRule: (shape: KeyChoiceShape) => ChooseKeys;
  /**
   * Whether the prompt runs under the rule too, so that it sees every row; what a session holds of the prompt is not
   * reused then. Default false: the prompt runs under full attention, unseen.
   */
  readonly seesPrompt?: boolean;
  /** Default "none". */
  readonly droppedMass?: DroppedMassRule;
}

/**
 * Sifted attention: keys below a predicted threshold are dropped, and the thresholds are held to a budget by what each
 * step kept. Plain JSON but for an infinite `fixedLogThreshold`.
 */
export interface SiftMode {
  readonly kind: "sift";
  /** τ in (0, 1): 1 − τ is the share of the keys to keep. Default 0.75. */
  readonly quantile?: number;
  /**
   * Which heads share one threshold, and are held to the budget together: none (the paper), the query heads of a KV head,
   * or all heads of all layers. Default "model".
   */
  readonly budget?: "head" | "group" | "model";
  /**
   * What is held at 1 − τ: the mean kept fraction of the heads, or the share of value rows that are read because some
   * head of a group keeps them. Default "kept", with the budget "group" "union".
   */
  readonly controls?: "kept" | "union";
  /**
   * w: steps under full attention before sifting, at least 2, or 0 with feedback. "auto" takes as many as the law needs:
   * none where the prompt has told it, or where feedback makes up for it. Default "auto".
   */
  readonly warmup?: number | "auto";
  /** Steps of an automatic warmup at most, at least 8. Default 64. */
  readonly warmupLimit?: number;
  /** Half-width of the 90 % prediction interval of ln θ that ends an automatic warmup. Default 1. */
  readonly warmupTolerance?: number;
  /** x of the power law. Default "context-length"; "generated-steps" is the paper's other reading. */
  readonly clock?: "context-length" | "generated-steps";
  /** How the law is fitted. Default "slope-prior"; "least-squares" is the paper's. */
  readonly fit?: "least-squares" | "theil-sen" | "slope-prior";
  /**
   * One-sided confidence of the lower bound that is used as threshold, in (0.5, 1), shrinking with each step under
   * feedback; "none" uses the law itself. Default "none".
   */
  readonly margin?: "none" | number;
  /** γ: ln θ moves by γ times the excess of each step's kept fraction; "none" leaves the law frozen. Default 1. */
  readonly feedback?: "none" | number;
  /** Steps by which a report may be late: every backend plans a step by the reports before the last so many. Default 3. */
  readonly lag?: number;
  /** d_max in (0, 1): what a head may drop in one step, or "none". Default "none". */
  readonly maxDroppedMass?: "none" | number;
  /**
   * What follows when a head drops more: the step again under thresholds that cannot, the step again under full
   * attention, or only a count, for where the mean value stands in for it. Default "lower".
   */
  readonly floorAnswer?: "lower" | "full" | "fill";
  /** Test of Page and Hinkley for a text that has changed: slack δ and limit λ, or "none". Default { slack: 0.05, limit: 3 }. */
  readonly drift?: "none" | { readonly slack: number; readonly limit: number };
  /**
   * Full attention for a head that dropped more than `above`, for `hold` steps and until it drops no more than `below`;
   * for good after `denseAfter` times. Default "none".
   */
  readonly fallback?:
    | "none"
    | {
        readonly above: number;
        readonly below: number;
        readonly hold: number;
        readonly denseAfter: number;
      };
  /** Layers under full attention, left out of the budget. Default none. */
  readonly denseLayers?: readonly number[];
  /** Heads under full attention, left out of the budget: [layer, head] each. Default none. */
  readonly denseHeads?: readonly (readonly [layer: number, head: number])[];
  /** Heads whose median weight in the prompt is at least this share of 1/N are dense too. Default "none". */
  readonly denseFlatness?: "none" | number;
  /** Default "mean-value". */
  readonly droppedMass?: DroppedMassRule;
  /** First keys always kept and left out of the quantile. Default 0. */
  readonly keepFirst?: number;
  /** Last keys always kept and left out of the quantile. Default 0. */
  readonly keepLast?: number;
  /** Whether the steps' statistics tell every decision of the schedule. Default false. */
  readonly trace?: boolean;
  /** ln θ for every head and step instead of the law, −Infinity included: no warmup. For tests and fixed-threshold rivals. */
  readonly fixedLogThreshold?: number;
}
