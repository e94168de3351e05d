/**
 * What the server tells beyond OpenAI's API, as types alone: the page imports this file.
 *
 * A request to a completion route with `"stream": true, "sift_events": true` gets, between the usual `data:` events,
 *
 *   event: sift      data: PrefillEvent after each prefill chunk, then a StepEvent after each token but the first
 *   event: sift-law  data: SiftLawEvent, once, before the first sifted step
 *
 * and the chunk that carries `finish_reason` has `timings` and `sift` in every stream. Numbers are rounded: fractions to
 * 4 decimals, quantiles and log-thresholds to 4 significant digits. Keys are camelCase in our own events, snake_case in
 * what travels inside OpenAI's bodies.
 */

/** How attention picks keys, as a request's `attention` says it and as GET /api/info gives it back. */
export type AttentionSettings =
  | { readonly kind: "full" }
  | {
      readonly kind: "top-k";
      /** Keys kept by each query head, as a fraction of the context in (0, 1]. Default 0.25. */
      readonly fraction?: number | undefined;
      readonly dropped_mass?: DroppedMassSetting | undefined;
    }
  | {
      readonly kind: "sliding-window";
      /** First keys always kept. */
      readonly sinks: number;
      /** Last keys kept. */
      readonly window: number;
      readonly dropped_mass?: DroppedMassSetting | undefined;
    }
  | {
      readonly kind: "sift";
      /** τ in (0, 1): 1 − τ is the nominal kept fraction. Default 0.75. */
      readonly quantile?: number | undefined;
      /** Heads that share one threshold and are held to it together. Default "model": all. */
      readonly budget?: "head" | "group" | "model" | undefined;
      /** What is held at 1 − τ: the mean kept fraction, or the share of value rows read. */
      readonly controls?: "kept" | "union" | undefined;
      /** Steps under full attention before sifting; "auto" takes as many as the law needs. Default "auto". */
      readonly warmup?: number | "auto" | undefined;
      readonly warmup_limit?: number | undefined;
      readonly warmup_tolerance?: number | undefined;
      readonly clock?: "context-length" | "generated-steps" | undefined;
      readonly fit?: "least-squares" | "theil-sen" | "slope-prior" | undefined;
      /** One-sided confidence of the bound used as threshold, in (0.5, 1), or "none". */
      readonly margin?: "none" | number | undefined;
      /** γ: ln θ moves by γ times the excess of each step's kept fraction. */
      readonly feedback?: "none" | number | undefined;
      /** Steps by which what a step kept may be late. */
      readonly lag?: number | undefined;
      /** What a head may drop in one step. */
      readonly max_dropped_mass?: "none" | number | undefined;
      readonly floor_answer?: "lower" | "full" | "fill" | undefined;
      readonly drift?: "none" | { readonly slack: number; readonly limit: number } | undefined;
      readonly fallback?: "none" | FallbackSetting | undefined;
      readonly dense_layers?: readonly number[] | undefined;
      readonly dense_heads?: readonly (readonly [number, number])[] | undefined;
      readonly dense_flatness?: "none" | number | undefined;
      readonly dropped_mass?: DroppedMassSetting | undefined;
      /** First keys always kept. */
      readonly keep_first?: number | undefined;
      /** Last keys always kept. */
      readonly keep_last?: number | undefined;
    };

/** When a head goes over to full attention, and when it comes back. */
export interface FallbackSetting {
  readonly above: number;
  readonly below: number;
  readonly hold: number;
  readonly dense_after: number;
}

/** Settings with nothing left out: what an answer reports. */
export type ResolvedAttention = Resolved<AttentionSettings>;

type Resolved<T> = T extends unknown
  ? { readonly [K in keyof T]-?: Exclude<T[K], undefined> }
  : never;

/** What happens with the weight of the dropped keys. */
export type DroppedMassSetting = "none" | "renormalise" | "mean-value";

/** `event: sift` while the prompt is read. */
export interface PrefillEvent {
  readonly phase: "prefill";
  readonly tokensDone: number;
  readonly tokensTotal: number;
}

/** `event: sift` after a generated token: what attention read and dropped for it. */
export interface StepEvent {
  /** "full" for the kinds of attention without a schedule. */
  readonly phase: "full" | "warmup" | "sift";
  /** 1-based: the pass that read generated token number `step` and predicted the next one. The prefill predicts the first. */
  readonly step: number;
  /** Keys visible to this token, itself included. */
  readonly contextLength: number;
  /** Mean over the last 16 tokens at most. */
  readonly tokensPerSecond: number;
  /** Fraction of keys kept: [layers][queryHeads]. */
  readonly kept: readonly (readonly number[])[];
  /** Fraction of value rows read, the union over a KV head's query heads: [layers][kvHeads]. */
  readonly union: readonly (readonly number[])[];
  /** Weight of the dropped keys: [layers][queryHeads]. */
  readonly droppedMass: readonly (readonly number[])[];
  /** During warmup, the τ-quantile of the weights: [layers][queryHeads]. */
  readonly quantiles?: readonly (readonly number[])[];
  /** During sift, ln θ, null for −∞: [layers][queryHeads]. */
  readonly logThresholds?: readonly (readonly (number | null)[])[];
  /** Of this step alone. */
  readonly valueBytesRead: number;
  readonly valueBytesSkipped: number;
}

/** Data of `event: sift`. */
export type SiftEvent = PrefillEvent | StepEvent;

/** One head's power law y = exp(logScale) · x^(−exponent) and the observations it was fitted to. */
export interface HeadLawRecord {
  readonly layer: number;
  readonly head: number;
  readonly logScale: number;
  readonly exponent: number;
  readonly rSquared: number;
  readonly residualStd: number;
  /** Clock value of each sampled row of the prompt and warmup step. */
  readonly x: readonly number[];
  /** τ-quantile of the weights at each of them, aligned with x. */
  readonly quantiles: readonly number[];
}

/** Data of `event: sift-law`: every head of every layer. */
export interface SiftLawEvent {
  readonly laws: readonly HeadLawRecord[];
}

/** Where the time went: llama.cpp's fields. */
export interface CompletionTimings {
  /** Prompt tokens that an earlier request left in the cache. */
  readonly cache_n: number;
  /** Prompt tokens that were read. */
  readonly prompt_n: number;
  readonly prompt_ms: number;
  readonly prompt_per_second: number;
  readonly predicted_n: number;
  readonly predicted_ms: number;
  readonly predicted_per_second: number;
}

/** What sifting kept over a whole generation: `sift` in a response and in the last chunk of a stream. */
export interface SiftSummary {
  readonly attention: ResolvedAttention;
  /** What the settings ask for; null where they name no fraction. */
  readonly kept_nominal: number | null;
  /** Means over the selecting steps (not the warmup), layers and heads; null when there was no such step. */
  readonly kept_mean: number | null;
  readonly union_mean: number | null;
  readonly dropped_mass_mean: number | null;
  /** Largest of any such step, layer and head. */
  readonly dropped_mass_max: number | null;
  /** Over all steps, warmup included. */
  readonly value_bytes_read: number;
  readonly value_bytes_skipped: number;
  readonly warmup_steps: number;
  readonly sift_steps: number;
  /** How often the schedule stepped in; null without one. */
  readonly schedule: ScheduleTotals | null;
}

/** How often a schedule stepped in. */
export interface ScheduleTotals {
  /** Times that a head went over to full attention because it dropped too much. */
  readonly fallbacks: number;
  /** Attempts at steps that did not count, because a head dropped more than it may. */
  readonly redos: number;
  /** Steps in which a head dropped more than it may and nothing was done again. */
  readonly exceeded: number;
  /** Alarms of the drift test. */
  readonly alarms: number;
  /** Times that feedback ran into its clamp. */
  readonly clamps: number;
  /** Heads under full attention for good. */
  readonly dense_heads: number;
}

/** GET /api/info. */
export interface ServerInfo {
  /** The id that GET /v1/models lists and that requests name. */
  readonly model: string;
  readonly family: string;
  readonly parameters: number;
  readonly weightBytes: number;
  readonly weightType: string;
  readonly layers: number;
  readonly queryHeads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** Tokens of prompt and answer together that one request may use. */
  readonly contextLength: number;
  readonly backend: "cpu" | "webgpu";
  readonly backendDescription: string;
  readonly hasChatTemplate: boolean;
  /** What a request gets that does not say otherwise. */
  readonly defaults: {
    readonly attention: ResolvedAttention;
    readonly temperature: number;
    readonly top_p: number;
    readonly top_k: number;
    readonly repetition_penalty: number;
  };
}
