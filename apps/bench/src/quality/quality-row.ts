import { perplexityRatio } from "@sift-attention/reference-attention";
import { addKept, type KeptSums, NOTHING_KEPT } from "../measures/kept-keys.ts";
import { percentile } from "../measures/percentile.ts";
import { addScheduleCounts, type ScheduleCounts } from "../measures/schedule-counts.ts";
import type { Contestant } from "./calibrate-variants.ts";
import { type OutputErrorSummary, summariseOutputErrors } from "./output-error-summary.ts";
import { type PassSummary, summarisePasses } from "./pass-summary.ts";
import type { WindowResult } from "./window-comparison.ts";

/** What a row of the table is about. */
export interface RowSubject {
  readonly model: string;
  readonly text: string;
  /** Tokens. */
  readonly context: number;
}

/** The fitted parameter of a method that has one, and what it kept of the text that it was fitted on. */
export interface CalibrationNote {
  readonly parameter: string;
  readonly value: number;
  /** Mean kept fraction on the calibration text. */
  readonly keptFraction: number;
}

export function calibrationNote({ method, calibrated }: Contestant): CalibrationNote | null {
  if (!method.calibration || !calibrated) return null;
  const { parameter, keptFraction } = calibrated;
  return { parameter: method.calibration.parameter, value: parameter, keptFraction };
}

/** One method at one context length of one text, against full attention on the same positions. */
export interface QualityRow extends RowSubject, PassSummary {
  readonly method: string;
  /** τ; null for full attention. */
  readonly quantile: number | null;
  readonly calibration: CalibrationNote | null;
  /** Perplexity over that of full attention. */
  readonly perplexityRatio: number;
  /** One standard error of the ratio over the positions, as if they were independent. */
  readonly perplexityRatioError: number;
  readonly perplexity: number;
  /** KL of the next-token distribution from full attention to the method, in nats. */
  readonly klMean: number;
  readonly klP99: number;
  readonly klMax: number;
  /** Share of positions with the same most likely token, in [0, 1]. */
  readonly top1Agreement: number;
  /** 1 − τ; 1 for full attention. */
  readonly keptNominal: number;
  /** `keptMean` from the first row after the prompt on: the rows before the compared ones too, warmup or not. */
  readonly keptSinceStart: number;
  /** Bytes of value rows per token. */
  readonly valueBytesRead: number;
  /** Positions compared. */
  readonly tokens: number;
  readonly windows: number;
  /** Rows of the method's own warmup, excluded from everything above. */
  readonly warmupTokens: number;
  /** Largest KL among them: warmup is full attention. */
  readonly warmupKlMax: number;
  /** How often the schedule stepped in after the prompt, over all windows; null for attention without one. */
  readonly schedule: ScheduleCounts | null;
  /** Null where the backend does not show attention outputs. */
  readonly outputError: OutputErrorSummary | null;
  /** Share of pass keys found, in [0, 1]; null when none were hidden. */
  readonly passkeyAccuracy: number | null;
  readonly passkeySamples: number;
}

/** One contestant's results on the windows of one text and context. */
export interface ContestantResults {
  readonly contestant: Contestant;
  readonly windows: readonly WindowResult[];
  /** Whether each pass key was found. */
  readonly passkeys: readonly boolean[];
  readonly valueBytesPerRow: number;
  readonly layers: number;
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);

function keptFraction(sums: readonly KeptSums[]): number {
  const { keptFractions, queryHeads } = sums.reduce(addKept, NOTHING_KEPT);
  return keptFractions / queryHeads;
}

export function qualityRow(subject: RowSubject, results: ContestantResults): QualityRow {
  const { contestant, windows, passkeys, valueBytesPerRow, layers } = results;
  const { method, quantile } = contestant;
  const differences = windows.flatMap(({ lossDifferences }) => lossDifferences);
  const divergences = windows.flatMap((window) => window.divergences);
  const tokens = differences.length;
  const { ratio, standardError } = perplexityRatio(differences, new Float64Array(tokens));
  const fullLoss = sum(windows.map((window) => window.fullLoss)) / tokens;
  const summary = summarisePasses(windows, { tokens, layers });
  return {
    ...subject,
    method: method.name,
    quantile: method.usesQuantile ? quantile : null,
    calibration: calibrationNote(contestant),
    perplexityRatio: ratio,
    perplexityRatioError: standardError,
    perplexity: Math.exp(fullLoss) * ratio,
    klMean: sum(divergences) / tokens,
    klP99: percentile(divergences, 0.99),
    klMax: percentile(divergences, 1),
    top1Agreement: sum(windows.map(({ sameTopTokens }) => sameTopTokens)) / tokens,
    keptNominal: 1 - quantile,
    keptSinceStart: keptFraction(windows.map(({ keptSinceStart }) => keptSinceStart)),
    ...summary,
    valueBytesRead: summary.valueRowsRead * valueBytesPerRow,
    tokens,
    windows: windows.length,
    warmupTokens: sum(windows.map(({ warmupRows }) => warmupRows)),
    warmupKlMax: Math.max(...windows.map(({ warmupDivergenceMax }) => warmupDivergenceMax)),
    schedule: addScheduleCounts(windows.map(({ schedule }) => schedule)),
    outputError: summariseOutputErrors(windows),
    passkeyAccuracy: passkeys.length ? sum(passkeys.map(Number)) / passkeys.length : null,
    passkeySamples: passkeys.length,
  };
}
