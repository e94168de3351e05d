import type { MeasuredSpeed } from "./measured-speed.ts";

/** What the prices are reckoned with. */
export interface CostSettings {
  /** Of the machine for an hour, in any currency, each above 0. */
  readonly pricesPerHour: readonly number[];
  /** Steps of a sift under full attention at the beginning of each answer. */
  readonly warmup: number;
  /** Tokens a second while it warms up, as a share of full attention's, above 0. */
  readonly warmupShare: number;
  /** Answer lengths in tokens. */
  readonly answers: readonly number[];
}

/** The file that programs read. */
export interface CostRecord {
  readonly kind: "cost";
  readonly settings: CostSettings;
  readonly protocol: readonly string[];
  /** What the speeds are of: files with their SHA-256, or the command line. */
  readonly sources: readonly string[];
  readonly speeds: readonly MeasuredSpeed[];
  readonly prices: readonly PriceRow[];
  readonly breakEvens: readonly BreakEvenRow[];
}

/** One method in one case. */
export interface PriceRow {
  readonly model: string;
  readonly context: number;
  readonly batch: number;
  readonly method: string;
  readonly tokensPerSecond: number;
  /** For a million tokens at each of the settings' prices per hour: [prices]. */
  readonly perMillion: readonly number[];
  /** Price over that of full attention in the same case; null without one. */
  readonly ofFull: number | null;
}

/** One sift against full attention in one case. */
export interface BreakEvenRow {
  readonly model: string;
  readonly context: number;
  readonly batch: number;
  readonly method: string;
  /** The shortest answer that costs no more than under full attention, tokens; 0: every one; null: none. */
  readonly tokens: number | null;
  /** Cost of an answer over its cost under full attention, at each of the settings' lengths: [answers]. */
  readonly ofFull: readonly number[];
}
