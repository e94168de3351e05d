export { type PaperModeOptions, paperMode } from "./paper-mode.ts";
export { isSampledLength, SAMPLED_LEVELS } from "./sampled-levels.ts";
export type { ScheduleCounters, ScheduleDecision } from "./schedule-decision.ts";
export {
  type ControlledShare,
  type DriftOptions,
  type FallbackOptions,
  type FloorAnswer,
  type ScheduleBudget,
  type ScheduleClock,
  type ScheduleFit,
  type ScheduleMargin,
  type ScheduleOptions,
  type ScheduleSettings,
  scheduleDefaults,
} from "./schedule-settings.ts";
export type { ScheduleSnapshot } from "./schedule-snapshot.ts";
export { SchedulerError, type SchedulerErrorCode } from "./scheduler-error.ts";
export { createThresholdScheduler, restoreThresholdScheduler } from "./sequence-scheduler.ts";
export type { SiftedObservation, SiftedSummary, SiftedSums } from "./sifted-record.ts";
export type { StepPlan } from "./step-plan.ts";
export type {
  HeadObservations,
  ScheduleListeners,
  SiftedListener,
  ThresholdScheduler,
} from "./threshold-scheduler.ts";
