export { type PaperModeOptions, paperMode } from "./paper-mode.ts";
export type {
  ScheduleClock,
  ScheduleFit,
  ScheduleMargin,
  ScheduleOptions,
  ScheduleSettings,
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
