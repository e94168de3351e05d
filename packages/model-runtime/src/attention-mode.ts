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

/** Sifted attention: warmup under full attention, then a predicted threshold per layer and head. */
export interface SiftMode {
  readonly kind: "sift";
  /** τ in (0, 1): 1 − τ is the nominal kept fraction. Default 0.75. */
  readonly quantile?: number;
  /** w: steps under full attention before sifting, at least 2. Default 64. */
  readonly warmup?: number;
  /** x of the power law. Default "context-length"; "generated-steps" is the paper's other reading. */
  readonly clock?: "context-length" | "generated-steps";
  /** How the law is fitted. Default "slope-prior"; "least-squares" is the paper's. */
  readonly fit?: "least-squares" | "theil-sen" | "slope-prior";
  /** One-sided confidence of the lower bound that is used as threshold, in (0.5, 1); "none" uses the law itself. Default "none". */
  readonly margin?: "none" | number;
  /** Default "mean-value". */
  readonly droppedMass?: DroppedMassRule;
  /** First keys always kept and left out of the quantile. Default 0. */
  readonly keepFirst?: number;
  /** Last keys always kept and left out of the quantile. Default 0. */
  readonly keepLast?: number;
  /** ln θ for every head and step instead of the law, −Infinity included: no warmup. For tests and fixed-threshold rivals. */
  readonly fixedLogThreshold?: number;
}
