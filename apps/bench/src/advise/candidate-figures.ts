import { percentile } from "../measures/percentile.ts";
import { summarisePasses } from "../quality/pass-summary.ts";
import type { WindowResult } from "../quality/window-comparison.ts";
import type { AdviceSettings } from "./advice-settings.ts";

/** What sifting with some settings keeps, reads and loses on some windows. */
export interface CandidateFigures {
  /** Next-token KL to full attention, nats. */
  readonly klMean: number;
  /** One standard error of it over the positions, as if they were independent. */
  readonly klError: number;
  readonly klP99: number;
  readonly klMax: number;
  readonly top1Agreement: number;
  /** Kept fraction per query head. */
  readonly keptMean: number;
  /** Share of value rows read, once it sifts. */
  readonly keptUnion: number;
  readonly droppedMassMean: number;
  readonly droppedMassMax: number;
  /** Steps of warmup, mean over the windows. */
  readonly warmupSteps: number;
  /** Share of value rows read over an answer of the settings' length, warmup included. */
  readonly readOfAnswer: number;
  /** Positions compared. */
  readonly positions: number;
}

/** @param layers Of the model. */
export function candidateFigures(
  windows: readonly WindowResult[],
  layers: number,
  { answer }: Pick<AdviceSettings, "answer">,
): CandidateFigures {
  const divergences = windows.flatMap((window) => window.divergences);
  const positions = divergences.length;
  const klMean = divergences.reduce((sum, each) => sum + each, 0) / positions;
  const squares = divergences.reduce((sum, each) => sum + (each - klMean) ** 2, 0);
  const summary = summarisePasses(windows, { tokens: positions, layers });
  const { keptMean, keptUnion, droppedMassMean, droppedMassMax } = summary;
  const warmupSteps = windows.reduce((sum, { warmupRows }) => sum + warmupRows, 0) / windows.length;
  const warm = Math.min(answer, warmupSteps);
  return {
    klMean,
    klError: Math.sqrt(squares / Math.max(1, positions - 1) / positions),
    klP99: percentile(divergences, 0.99),
    klMax: percentile(divergences, 1),
    top1Agreement: windows.reduce((sum, { sameTopTokens }) => sum + sameTopTokens, 0) / positions,
    ...{ keptMean, keptUnion, droppedMassMean, droppedMassMax, warmupSteps },
    readOfAnswer: (warm + (answer - warm) * keptUnion) / answer,
    positions,
  };
}

/** Standard errors that a choice must stay clear of the budget by. */
const CLEARANCE = 2;

/** Whether settings may be chosen: their KL keeps clear of the budget by twice its error. */
export function mayBeChosen(
  { klMean, klError, top1Agreement }: CandidateFigures,
  { klBudget, leastTop1 }: AdviceSettings,
): boolean {
  return klMean + CLEARANCE * klError <= klBudget && top1Agreement >= leastTop1;
}

/** Whether figures are within the budget. */
export function meetsBudget(
  { klMean, top1Agreement }: CandidateFigures,
  { klBudget, leastTop1 }: AdviceSettings,
): boolean {
  return klMean <= klBudget && top1Agreement >= leastTop1;
}
