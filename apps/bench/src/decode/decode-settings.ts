/** What `bench decode` measures and how; plain data, part of the record. */
export interface DecodeSettings {
  /** Paths, or random: and a geometry. */
  readonly models: readonly string[];
  /** Tokens of the prompts. */
  readonly contexts: readonly number[];
  /** Sequences that decode together. */
  readonly batches: readonly number[];
  /** Tokens of each prompt in a batch of several. */
  readonly batchContext: number;
  readonly methods: readonly DecodeMethod[];
  /** What top-k keeps of the keys, and the share of value rows that `sift-union` reads; in (0, 1). */
  readonly fraction: number;
  /** Timed tokens of a sample. */
  readonly tokens: number;
  /** Untimed tokens before them, in which a warmup of the sift ends; at least 8. */
  readonly warmup: number;
  readonly samples: number;
  /** Tokens of the prompt whose prefill is timed. */
  readonly prefillTokens: number;
  /** Longer prompts are not computed: their keys and values are planted as noise. */
  readonly plantAbove: number;
  /** Rows of a prefill pass at most; null: the runtime's default. */
  readonly maxRows: number | null;
  /** Timed steps of a profile; 0 for none. */
  readonly profileSamples: number;
  /** After it no further case is begun; null without a limit. */
  readonly budgetSeconds: number | null;
}

export const DECODE_METHODS = ["full", "sift-union", "sift", "top-k"] as const;

/** `sift` is the runtime's default; `sift-union` holds the union at `fraction`. */
export type DecodeMethod = (typeof DECODE_METHODS)[number];

export const DEFAULT_DECODE_SETTINGS: DecodeSettings = {
  models: [],
  contexts: [512, 1024, 2048, 4096, 7900, 32768, 131072],
  batches: [1, 4, 16],
  batchContext: 1024,
  methods: DECODE_METHODS,
  fraction: 0.25,
  tokens: 64,
  warmup: 64,
  samples: 9,
  prefillTokens: 2048,
  plantAbove: 8192,
  maxRows: null,
  profileSamples: 21,
  budgetSeconds: null,
};
