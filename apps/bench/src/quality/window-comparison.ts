import type { ScoredChunk } from "@sift-attention/model-runtime";
import { addKept, type KeptSums, keptKeys, NOTHING_KEPT } from "../measures/kept-keys.ts";
import { logProbabilities } from "../measures/log-probabilities.ts";
import type { OutputErrorTotals } from "../measures/output-error.ts";
import type { ScheduleCounts } from "../measures/schedule-counts.ts";
import { compareRow, type RowComparison } from "./compare-row.ts";
import { PassCounter, type PassTotals } from "./pass-totals.ts";

/** How a method did on one window, against full attention on the same rows. */
export interface WindowResult extends PassTotals {
  /** How often the schedule stepped in after the prompt; null for attention without one. */
  readonly schedule: ScheduleCounts | null;
  /** Of the attention outputs; null where the backend does not show them. */
  readonly outputError: OutputErrorTotals | null;
  /** In nats, one for each compared row. */
  readonly lossDifferences: readonly number[];
  /** In nats, aligned with the differences. */
  readonly divergences: readonly number[];
  readonly sameTopTokens: number;
  /** Σ −ln p(next) under full attention over the compared rows, in nats. */
  readonly fullLoss: number;
  /** Over every row after the prompt: those before the compared ones too, warmup or not. */
  readonly keptSinceStart: KeptSums;
  /** Rows of the method's own warmup: no part of anything above but that. */
  readonly warmupRows: number;
  readonly warmupDivergenceMax: number;
}

/** Seven digits: what a float32 holds, at half the length in a file. */
const rounded = (value: number): number => Number(value.toPrecision(7));

/** What a window's rows are compared by. */
export interface ComparedWindow {
  readonly layers: number;
  /** [context]. */
  readonly tokens: readonly number[];
  /** Rows before this position are not compared. */
  readonly reportFrom: number;
  /** Log-probabilities of full attention by position. */
  readonly baseline: ReadonlyMap<number, Float32Array>;
}

/** Compares the chunks of a pass with full attention. */
export class WindowComparison {
  readonly #window: ComparedWindow;
  readonly #counter: PassCounter;
  readonly #lossDifferences: number[] = [];
  readonly #divergences: number[] = [];
  #sameTopTokens = 0;
  #fullLoss = 0;
  #keptSinceStart: KeptSums = NOTHING_KEPT;
  #warmupRows = 0;
  #warmupDivergenceMax = 0;

  constructor(window: ComparedWindow) {
    this.#counter = new PassCounter(window.layers);
    this.#window = window;
  }

  add(chunk: ScoredChunk): void {
    const { layers, tokens, baseline, reportFrom } = this.#window;
    const vocabulary = chunk.logits.length / chunk.rows;
    for (let row = 0; row < chunk.rows; row++) {
      const position = chunk.firstPosition + row;
      this.#keptSinceStart = addKept(this.#keptSinceStart, keptKeys(chunk, layers, row));
      if (position < reportFrom && chunk.phase !== "warmup") continue;
      const full = baseline.get(position)!;
      const next = tokens[position + 1]!;
      const logits = chunk.logits.subarray(row * vocabulary, (row + 1) * vocabulary);
      const comparison = compareRow(full, logProbabilities(logits), next);
      if (position < reportFrom) {
        this.#addWarmup(comparison);
        continue;
      }
      this.#counter.addRow(chunk, row);
      this.#addRow(comparison, -full[next]!);
    }
  }

  #addWarmup({ divergence }: RowComparison): void {
    this.#warmupRows++;
    this.#warmupDivergenceMax = Math.max(this.#warmupDivergenceMax, divergence);
  }

  #addRow({ lossDifference, divergence, sameTopToken }: RowComparison, fullLoss: number): void {
    this.#lossDifferences.push(rounded(lossDifference));
    this.#divergences.push(rounded(divergence));
    if (sameTopToken) this.#sameTopTokens++;
    this.#fullLoss += fullLoss;
  }

  result(seen: Pick<WindowResult, "outputError" | "schedule">): WindowResult {
    return {
      ...seen,
      ...this.#counter.totals(),
      lossDifferences: this.#lossDifferences,
      divergences: this.#divergences,
      sameTopTokens: this.#sameTopTokens,
      fullLoss: this.#fullLoss,
      keptSinceStart: this.#keptSinceStart,
      warmupRows: this.#warmupRows,
      warmupDivergenceMax: this.#warmupDivergenceMax,
    };
  }
}
