import type { ScoredChunk } from "@sift-attention/model-runtime";
import { logProbabilities } from "../measures/log-probabilities.ts";
import { compareRow, type RowComparison } from "./compare-row.ts";
import { PassCounter, type PassTotals } from "./pass-totals.ts";

/** How a method did on one window, against full attention on the same rows. */
export interface WindowResult extends PassTotals {
  /** In nats, one for each compared row. */
  readonly lossDifferences: readonly number[];
  /** In nats, aligned with the differences. */
  readonly divergences: readonly number[];
  readonly sameTopTokens: number;
  /** Σ −ln p(next) under full attention over the compared rows, in nats. */
  readonly fullLoss: number;
  /** Rows of the method's own warmup: no part of anything above. */
  readonly warmupRows: number;
  readonly warmupDivergenceMax: number;
}

/** Seven digits: what a float32 holds, at half the length in a file. */
const rounded = (value: number): number => Number(value.toPrecision(7));

/** Compares the chunks of a pass with full attention. */
export class WindowComparison {
  readonly #tokens: readonly number[];
  readonly #baseline: ReadonlyMap<number, Float32Array>;
  readonly #counter: PassCounter;
  readonly #lossDifferences: number[] = [];
  readonly #divergences: number[] = [];
  #sameTopTokens = 0;
  #fullLoss = 0;
  #warmupRows = 0;
  #warmupDivergenceMax = 0;

  /**
   * @param tokens The window: [context].
   * @param baseline Log-probabilities of full attention by position.
   */
  constructor(
    layers: number,
    tokens: readonly number[],
    baseline: ReadonlyMap<number, Float32Array>,
  ) {
    this.#counter = new PassCounter(layers);
    this.#tokens = tokens;
    this.#baseline = baseline;
  }

  add(chunk: ScoredChunk): void {
    const isWarmup = chunk.phase === "warmup";
    if (!isWarmup) this.#counter.add(chunk);
    const vocabulary = chunk.logits.length / chunk.rows;
    for (let row = 0; row < chunk.rows; row++) {
      const position = chunk.firstPosition + row;
      const full = this.#baseline.get(position)!;
      const next = this.#tokens[position + 1]!;
      const logits = chunk.logits.subarray(row * vocabulary, (row + 1) * vocabulary);
      const comparison = compareRow(full, logProbabilities(logits), next);
      if (isWarmup) this.#addWarmup(comparison);
      else this.#addRow(comparison, -full[next]!);
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

  result(): WindowResult {
    return {
      ...this.#counter.totals(),
      lossDifferences: this.#lossDifferences,
      divergences: this.#divergences,
      sameTopTokens: this.#sameTopTokens,
      fullLoss: this.#fullLoss,
      warmupRows: this.#warmupRows,
      warmupDivergenceMax: this.#warmupDivergenceMax,
    };
  }
}
