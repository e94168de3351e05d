import { percentile } from "../measures/percentile.ts";
import type { Contestant } from "../quality/calibrate-variants.ts";
import { type CalibrationNote, calibrationNote } from "../quality/quality-row.ts";
import type { GenerationResult } from "./measure-generation.ts";
import type { Drawing, GenerationTask } from "./plan-generation.ts";

/** One text written by one method, against full attention's with the same random numbers. */
export interface GenerationRow {
  readonly model: string;
  readonly text: string;
  readonly method: string;
  readonly quantile: number | null;
  readonly calibration: CalibrationNote | null;
  readonly promptTokens: number;
  /** Tokens written. */
  readonly tokens: number;
  /** 0 is greedy. */
  readonly temperature: number;
  readonly seed: number;
  /** Tokens written before the first one that differs; null when none does. */
  readonly firstDifference: number | null;
  /** Share of tokens that are full attention's at the same place. */
  readonly agreement: number;
  /** KL from full attention along full attention's text, in nats, and top-1 agreement there. */
  readonly klMean: number;
  readonly klP99: number;
  readonly top1Agreement: number;
  /** exp of the mean −ln p under full attention of what was written, and of what full attention wrote. */
  readonly selfPerplexity: number;
  readonly fullSelfPerplexity: number;
  /** Over the steps that were no warmup. */
  readonly keptNominal: number;
  readonly keptMean: number;
  readonly keptUnion: number;
}

export function generationRow(
  subject: { readonly model: string; readonly task: GenerationTask; readonly drawing: Drawing },
  contestant: Contestant,
  result: GenerationResult,
  full: GenerationResult,
): GenerationRow {
  const { model, task, drawing } = subject;
  const { method, quantile } = contestant;
  const { divergences, sameTopTokens } = result.forced;
  const same = result.tokens.map((id, i) => id === full.tokens[i]);
  const differing = same.indexOf(false);
  return {
    ...{ model, text: task.text, method: method.name },
    quantile: method.usesQuantile ? quantile : null,
    calibration: calibrationNote(contestant),
    promptTokens: task.prompt.length,
    tokens: task.tokens,
    ...{ temperature: drawing.temperature, seed: drawing.seed },
    firstDifference: differing < 0 ? null : differing,
    agreement: same.filter(Boolean).length / same.length,
    klMean: divergences.reduce((sum, divergence) => sum + divergence, 0) / divergences.length,
    klP99: percentile(divergences, 0.99),
    top1Agreement: sameTopTokens / divergences.length,
    selfPerplexity: Math.exp(result.selfLoss),
    fullSelfPerplexity: Math.exp(full.selfLoss),
    keptNominal: 1 - quantile,
    ...{ keptMean: result.kept, keptUnion: result.union },
  };
}
