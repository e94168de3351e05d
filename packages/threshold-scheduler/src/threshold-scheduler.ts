import type { PowerLawFit } from "@sift-attention/power-law";
import type { ScheduleCounters, ScheduleDecision } from "./schedule-decision.ts";
import type { ScheduleSettings } from "./schedule-settings.ts";
import type { ScheduleSnapshot } from "./schedule-snapshot.ts";
import type { SiftedObservation, SiftedSummary } from "./sifted-record.ts";
import type { StepPlan } from "./step-plan.ts";

/** Told of each report of a sifted step, after it has been counted. */
export type SiftedListener = (observation: SiftedObservation) => void;

/** What listens to a schedule; not part of its snapshot. */
export interface ScheduleListeners {
  readonly onSifted?: SiftedListener | undefined;
  /** Told of each decision when it is made: the trace of a schedule. */
  readonly onDecision?: ((decision: ScheduleDecision) => void) | undefined;
}

/** What one head showed in the prompt and during the warmup. */
export interface HeadObservations {
  /** Clock value of each row and step. */
  readonly x: readonly number[];
  /** τ-quantile of the weights at each of them, at least 2^−126. */
  readonly quantiles: readonly number[];
}

/**
 * The phases of one sequence: rows of the prompt or warmup steps that record quantiles, then thresholds predicted by the
 * power laws fitted to them and held to their budget by what the steps report.
 *
 * A step is planned with the reports of the steps before the last `lag` ones, however early later reports come: a device
 * that is a step or two ahead gets the same thresholds as one that is not.
 */
export interface ThresholdScheduler {
  readonly settings: ScheduleSettings;
  /** Last planned step, 0 before the first. */
  readonly step: number;
  /** Whether rows of the prompt are taken: before the first step, unless the warmup has a given length. */
  readonly wantsPrompt: boolean;
  /** What the next planned step will be. */
  readonly nextPhase: StepPlan["phase"];
  /** Steps that can be planned before one more report comes; Infinity where nothing waits for reports. */
  readonly plannable: number;
  /**
   * Warmup steps still to plan: a batch of this many rows ends where sifting may begin. Of an automatic warmup, those
   * that can be planned before one more report comes.
   */
  readonly remainingWarmup: number;
  /** Observed quantiles at or below the floor 2^−126, which stands in for them: ln 0 is no point of a law. */
  readonly flooredQuantiles: number;
  /** How often the schedule stepped in. */
  readonly counters: ScheduleCounters;
  /**
   * Takes a sampled row of the prompt, which `isSampledLength` chooses; rows come in ascending order.
   *
   * @param contextLength keys visible to the row
   * @param quantiles of its weights at SAMPLED_LEVELS: [layers, heads, levels], in [0, 1]
   * @throws SchedulerError "unexpected-observation" unless `wantsPrompt`, "bad-observation"
   */
  observePrompt(contextLength: number, quantiles: ArrayLike<number>): void;
  /**
   * Begins the next step. `plannable` says how many may be planned before any is observed.
   *
   * @param contextLength keys visible to the step's token, itself included; with the generated-steps clock it is
   * checked and not used
   * @throws SchedulerError "bad-argument" unless it is an integer of 1 or more, "missing-observations" while reports are
   * missing that it is planned with or a step waits to be done again, "constant-clock" for the last step of a warmup of
   * given length whose context lengths are all equal under least squares or Theil–Sen. The step is then not begun.
   */
  plan(contextLength: number): StepPlan;
  /**
   * The last step once more, under lower thresholds or none, when its reports say that a head dropped more than it may:
   * none of it counts, and its reports are taken anew. Undefined otherwise. Ask when all layers have reported a step.
   */
  redo(): StepPlan | undefined;
  /**
   * Takes a layer's quantiles of the earliest planned warmup step, or dense step, that it has not reported yet.
   *
   * @param quantiles τ-quantile of the weights: [heads], in [0, 1]; of a dense step better all SAMPLED_LEVELS in every
   * layer: [heads, levels]
   * @throws SchedulerError "bad-argument" for the layer, "unexpected-observation" when no step is left to report,
   * "bad-observation"
   */
  observeQuantiles(layer: number, quantiles: ArrayLike<number>): void;
  /**
   * Takes what a layer kept and dropped at the earliest planned sifted step that it has not reported yet, adds it to
   * the layer's sums and hands it to the listener; with a bound on the dropped mass when all layers have reported and the
   * step counts. Optional where neither feedback, drift test, bound nor fallback waits for it.
   *
   * @param kept fraction of the visible keys kept: [heads], in [0, 1]
   * @param droppedMass weight of the other keys: [heads], in [0, 1]
   * @param union fraction of the value rows that some head of the group keeps: [kvHeads], in [0, 1]; needed where the
   * schedule controls it
   * @throws SchedulerError "bad-argument" for the layer, "unexpected-observation" when no step is left to report,
   * "bad-observation"
   */
  observeSifted(
    layer: number,
    kept: ArrayLike<number>,
    droppedMass: ArrayLike<number>,
    union?: ArrayLike<number>,
  ): void;
  /**
   * The law of a head's own quantiles, fitted when asked for; undefined while its layer has not reported the warmup, or
   * when nothing was seen.
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
  /** c of each unit that shares a threshold, in ln θ: [units], a copy. */
  corrections(): Float64Array;
  /** The whole state as plain JSON, at any point. */
  snapshot(): ScheduleSnapshot;
}
