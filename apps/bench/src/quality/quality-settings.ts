import type { QualitySuite } from "./quality-suite.ts";

/** What a quality run measures. */
export interface QualitySettings {
  readonly suites: readonly QualitySuite[];
  /** Names of `METHODS`. */
  readonly methods: readonly string[];
  /** τ, each in (0, 1). */
  readonly quantiles: readonly number[];
  /** Steps under full attention before sifting, at least 2, for the methods that have a fixed warmup. */
  readonly warmup: number;
  /** Context lengths in tokens. */
  readonly contexts: readonly number[];
  /** Windows for each text and context, at least 1. */
  readonly windows: number;
  /** Rows of each window whose attention outputs are compared with full attention; 0 for none. */
  readonly outputRows: number;
  /** Depths at which a pass key is hidden, for each context and seed; 0 for none. */
  readonly passkeySamples: number;
  /** Keys hidden by each prompt of the needle grid, of which one is asked for; at least 2. */
  readonly needleKeys: number;
  /** Tokens written by each generation. */
  readonly generate: readonly number[];
  /** Tokens of the prompts that are gone on with. */
  readonly promptTokens: number;
  /** Temperature of the generations with a seed. */
  readonly temperature: number;
  /** Pairs of documents that are joined. */
  readonly pairs: number;
  /** Tokens of each of the two. */
  readonly pairTokens: number;
  /** Seeds of whatever is drawn: as many from `seed` on. */
  readonly seeds: number;
  /** Unsigned 32-bit. */
  readonly seed: number;
}

/** Everything: a day on a small machine. */
export const FULL_SETTINGS: QualitySettings = {
  suites: ["windows", "passkeys", "needles", "generation", "shift"],
  methods: [
    "full",
    "top-k",
    "top-k+mean",
    "top-p",
    "top-p+mean",
    "fixed",
    "fixed+mean",
    "blasst",
    "blasst+mean",
    "window",
    "h2o",
    "quest",
    "quest+mean",
    "sift-paper",
    "sift-paper-steps",
    "sift-prior+mean",
    "sift-head",
    "sift-group",
    "sift-rows",
    "sift-floor",
    "sift",
  ],
  quantiles: [0.5, 0.75, 0.875, 0.95],
  warmup: 64,
  contexts: [1000, 2000, 4000, 7500],
  windows: 2,
  outputRows: 16,
  passkeySamples: 5,
  needleKeys: 4,
  generate: [512, 4096],
  promptTokens: 512,
  temperature: 0.8,
  pairs: 20,
  pairTokens: 512,
  seeds: 3,
  seed: 0,
};

/** Under a minute on two cores, the default settings of sifting among it. */
export const QUICK_SETTINGS: QualitySettings = {
  ...FULL_SETTINGS,
  suites: ["windows", "passkeys"],
  methods: ["full", "top-k+mean", "window", "sift-paper", "sift"],
  quantiles: [0.75],
  contexts: [1000],
  windows: 1,
  outputRows: 4,
  passkeySamples: 2,
  seeds: 1,
};
