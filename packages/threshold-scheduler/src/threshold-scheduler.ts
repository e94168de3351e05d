import type { PowerLawFit } from "@sift-attention/power-law";
import type { ScheduleSettings } from "./schedule-settings.ts";
import type { ScheduleSnapshot } from "./schedule-snapshot.ts";
import type { SiftedObservation, SiftedSummary } from "./sifted-record.ts";
import type { StepPlan } from "./step-plan.ts";

/** Told of each report of a sifted step, after it has been counted. */
export type SiftedListener = (observation: SiftedObservation) => void;

/** What listens to a schedule; not part of its snapshot. */
export interface ScheduleListeners {
  readonly onSifted?: SiftedListener | undefined;
}

/** What one head reported during the warmup. */
export interface HeadObservations {
  /** Clock value of each reported step. */
  readonly x: readonly number[];
  /** τ-quantile of the weights at each of them, at least 2^−126. */
  readonly quantiles: readonly number[];
}

/**
 * The two phases of one sequence: w warmup steps that record the τ-quantile of every layer and head, then thresholds
 * predicted by the power laws fitted to them.
 */
export interface ThresholdScheduler {
  readonly settings: ScheduleSettings;
  /** Last planned step, 0 before the first. */
  readonly step: number;
  /** Warmup steps still to plan: a batch of this many rows ends where sifting begins. */
  readonly remainingWarmup: number;
  /** Observed quantiles at or below the floor 2^−126, which stands in for them: ln 0 is no point of a law. */
  readonly flooredQuantiles: number;
  /**
   * Begins the next step. During the warmup, several steps may be planned before any is observed.
   *
   * @param contextLength keys visible to the step's token, itself included; with the generated-steps clock it is
   * checked and not used
   * @throws SchedulerError "bad-argument" unless it is an integer of 1 or more, "missing-observations" for the first
   * step after the warmup while a layer lacks quantiles, "constant-clock" for the last step of a warmup whose context
   * lengths are all equal under least squares or Theil–Sen. The step is then not begun.
   */
  plan(contextLength: number): StepPlan;
  /**
   * Takes a layer's quantiles of the earliest planned warmup step that it has not reported yet. The last one fits the
   * laws of the layer.
   *
   * @param quantiles τ-quantile of the weights: [heads], in [0, 1]
   * @throws SchedulerError "bad-argument" for the layer, "unexpected-observation" when no step is left to report,
   * "bad-observation"
   */
  observeQuantiles(layer: number, quantiles: ArrayLike<number>): void;
  /**
   * Takes what a layer kept and dropped at the earliest planned sifted step that it has not reported yet, adds it to
   * the layer's sums and hands it to the listener. Reporting is optional.
   *
   * @param kept fraction of the visible keys kept: [heads], in [0, 1]
   * @param droppedMass weight of the other keys: [heads], in [0, 1]
   * @throws SchedulerError "bad-argument" for the layer, "unexpected-observation" when no step is left to report,
   * "bad-observation"
   */
  observeSifted(layer: number, kept: ArrayLike<number>, droppedMass: ArrayLike<number>): void;
  /**
   * The law of a head; undefined until its layer has reported the whole warmup.
   *
   * @throws SchedulerError "bad-argument"
   */
  law(layer: number, head: number): PowerLawFit | undefined;
  /**
   * What the law of a head is fitted to: copies.
   *
   * @throws SchedulerError "bad-argument"
   */
  observations(layer: number, head: number): HeadObservations;
  /**
   * What a head kept and dropped over the reported sifted steps.
   *
   * @throws SchedulerError "bad-argument"
   */
  sifted(layer: number, head: number): SiftedSummary;
  /** The whole state as plain JSON, at any point. */
  snapshot(): ScheduleSnapshot;
}
