import type { KeptSet } from "./kept-set.ts";

/** What happens with the weight d of the keys that were dropped. */
export type DroppedMassRule =
  /** Nothing: ô = Σ_kept p·v. The output loses it. */
  | "none"
  /** ô = Σ_kept p·v / Σ_kept p. When no key is kept there is nothing to divide: the output is 0. */
  | "renormalise"
  /** ô = Σ_kept p·v + d·v̄, where v̄ is the mean of all visible values of the KV head, kept ones included. */
  | "mean-value";

interface Dropping {
  /** Default "none". */
  readonly droppedMass?: DroppedMassRule;
}

/** All visible keys. */
export interface FullRule {
  readonly kind: "full";
}

/** The k keys of highest score of each head; of equal ones the lower index wins. */
export interface TopKRule extends Dropping {
  readonly kind: "top-k";
  /** Whole numbers ≥ 0: one for all heads, or one a head: [queryHeads]. From the context length on, all keys. */
  readonly k: number | ArrayLike<number>;
}

/** Top-k with k = max(1, ⌈fraction · n⌉) at n visible keys, the product rounded to float64. */
export interface TopFractionRule extends Dropping {
  readonly kind: "top-k";
  /** In (0, 1]. */
  readonly fraction: number;
}

/** Sifting: a key is kept when score − logSumExp ≥ ln θ. */
export interface SiftRule extends Dropping {
  readonly kind: "sift";
  /** ln θ: one for all heads, or one a head: [queryHeads]. −Infinity keeps every key and equals "full" bit for bit. */
  readonly logThresholds: number | ArrayLike<number>;
  /** First keys kept whatever they weigh. Default 0. */
  readonly keepFirst?: number;
  /** Last keys kept whatever they weigh. Default 0. */
  readonly keepLast?: number;
}

/** The first keys and the last keys (StreamingLLM, arXiv 2309.17453). */
export interface SlidingWindowRule extends Dropping {
  readonly kind: "sliding-window";
  /** First keys kept, ≥ 0. */
  readonly sinks: number;
  /** Last keys kept, ≥ 0. */
  readonly window: number;
}

/** The fewest heaviest keys whose weights add up to at least `mass`; of equal ones the lower index wins. */
export interface TopPRule extends Dropping {
  readonly kind: "top-p";
  /** In (0, 1]; 1 keeps every key. */
  readonly mass: number;
}

/**
 * Blocks of keys in ascending order are dropped when their highest score lies more than −ln λ under the running
 * maximum, λ = min(1, numerator / N) at N visible keys (BLASST, arXiv 2512.12087, with its a the numerator here). The
 * method leaves dropped keys out of the softmax's sum too, which is `droppedMass: "renormalise"`.
 */
export interface BlasstRule extends Dropping {
  readonly kind: "blasst";
  /** Above 0. */
  readonly numerator: number;
  /** Keys that are decided together, ≥ 1. Default 1. */
  readonly blockSize?: number;
}

/** Exactly these keys: what a kernel kept, so that its output is judged apart from its choice. */
export interface GivenRule extends Dropping {
  readonly kind: "given";
  readonly keptSet: KeptSet;
}

/** How each query head chooses the keys whose values it reads. */
export type KeepRule =
  | FullRule
  | TopKRule
  | TopFractionRule
  | SiftRule
  | SlidingWindowRule
  | TopPRule
  | BlasstRule
  | GivenRule;
