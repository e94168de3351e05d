/** What a quality run measures. */
export interface QualitySettings {
  /** Names of `METHODS`. */
  readonly methods: readonly string[];
  /** τ, each in (0, 1). */
  readonly quantiles: readonly number[];
  /** Steps under full attention before sifting, at least 2. */
  readonly warmup: number;
  /** Context lengths in tokens. */
  readonly contexts: readonly number[];
  /** Windows for each text and context, at least 1. */
  readonly windows: number;
  /** Pass keys for each context, spread over the depths; 0 for none. */
  readonly passkeySamples: number;
  /** Unsigned 32-bit. */
  readonly seed: number;
}

/** Everything: hours on a small machine. */
export const FULL_SETTINGS: QualitySettings = {
  methods: [
    "full",
    "top-k",
    "top-k+mean",
    "window",
    "window+mean",
    "sift-paper",
    "sift-paper+mean",
    "sift-paper-steps",
    "sift-paper-steps+mean",
    "sift-prior",
    "sift-prior+mean",
  ],
  quantiles: [0.5, 0.75, 0.875, 0.95],
  warmup: 64,
  contexts: [1000, 2000, 4000, 7500],
  windows: 2,
  passkeySamples: 5,
  seed: 0,
};

/** Under a minute on two cores, the default settings of sifting among it. */
export const QUICK_SETTINGS: QualitySettings = {
  ...FULL_SETTINGS,
  methods: ["full", "top-k+mean", "window", "sift-paper", "sift-prior", "sift-prior+mean"],
  quantiles: [0.75],
  contexts: [1000],
  windows: 1,
  passkeySamples: 2,
};
