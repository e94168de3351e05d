import type { LawSettings } from "./law-settings.ts";
import type { LawVariant } from "./law-variant.ts";

/** The file that programs read. Row lists are flat, so that a number is found by its index and its field. */
export interface LawRecord {
  readonly kind: "law";
  readonly model: {
    readonly name: string;
    readonly sha256: string;
    readonly weightType: string;
    readonly backend: string;
  };
  readonly settings: LawSettings;
  readonly variants: readonly LawVariant[];
  readonly protocol: readonly string[];
  readonly texts: readonly LawText[];
  readonly observations: readonly LawObservations[];
  readonly fits: readonly LawFit[];
  readonly kept: readonly KeptOfHead[];
}

export interface LawText {
  readonly text: string;
  /** Tokens that the model read. */
  readonly tokens: number;
  /** Of them the prompt: generated steps are counted from its end. */
  readonly promptTokens: number;
  /** Rows that see more keys are held out. */
  readonly fittedTokens: number;
}

/** Quantiles of one head under full attention, at the rows that laws are fitted on and held to. */
export interface LawObservations {
  readonly text: string;
  readonly quantile: number;
  readonly layer: number;
  readonly head: number;
  /** Keys that the row sees, ascending: [rows]. */
  readonly contextLength: readonly number[];
  /** ln of the τ-quantile of the row's weights, rounded to 1e-4: [rows]. */
  readonly logQuantile: readonly number[];
}

/** One law of one head. */
export interface LawFit {
  readonly text: string;
  readonly quantile: number;
  /** Name of a variant. */
  readonly variant: string;
  readonly layer: number;
  readonly head: number;
  /** ln θ at x = 1. */
  readonly logScale: number;
  /** β. */
  readonly exponent: number;
  readonly exponentStd: number;
  /** R² on the rows that the law was fitted on; at most 1, below 0 when their mean would do better. */
  readonly rSquared: number;
  /** Of ln θ, on those rows. */
  readonly residualStd: number;
  readonly autocorrelation: number;
  readonly count: number;
  /** Half-width of the prediction band, squared: squareAtMean + squarePerDistance · (ln x − meanLogX)². */
  readonly band: {
    readonly meanLogX: number;
    readonly squareAtMean: number;
    readonly squarePerDistance: number;
  };
  readonly heldOut: HeldOut;
  /** Why the law does not hold: "scatter", R² is too low; "drift", it is off on the rows held out. Empty: it holds. */
  readonly failures: readonly ("scatter" | "drift")[];
}

/** A law against rows that it has not seen. */
export interface HeldOut {
  readonly rows: number;
  /** Mean of predicted ln θ − observed ln θ: above 0 the threshold lies too high and keeps too little. */
  readonly logBias: number;
  /** Root of the mean square of the same. */
  readonly logRms: number;
  /** Share of the rows inside the prediction band, in [0, 1]. */
  readonly insideBand: number;
}

/** What one head keeps on the rows held out when they run sifted with the runtime's default settings. */
export interface KeptOfHead {
  readonly text: string;
  readonly quantile: number;
  readonly layer: number;
  readonly head: number;
  /** Mean over the rows, in [0, 1]. */
  readonly keptFraction: number;
  /** Mean over the rows, in [0, 1]. */
  readonly droppedMass: number;
  /** The largest over the rows, in [0, 1]. */
  readonly droppedMassMax: number;
}
