/** Why a schedule did what it did: told to `onDecision` in the order in which it was decided. Plain data. */
export type ScheduleDecision =
  /** The warmup ended, and the laws were fitted to so many rows of the prompt and steps of the warmup. */
  | {
      readonly kind: "fit";
      /** The first sifted step. */
      readonly step: number;
      readonly promptRows: number;
      readonly warmupSteps: number;
      /** The slope prior took over because an automatic warmup reached its limit. */
      readonly timedOut: boolean;
    }
  /** A report moved the corrections c of the units, given after the move: [units]. */
  | {
      readonly kind: "feedback";
      /** The step that was reported. */
      readonly step: number;
      /** Kept share less target: [units]. */
      readonly errors: readonly number[];
      readonly corrections: readonly number[];
    }
  /** The drift test found that the text has changed: a step under full attention follows. */
  | { readonly kind: "alarm"; readonly step: number }
  /** The corrections were set anew by the quantiles of a dense step: [units]. */
  | { readonly kind: "anchor"; readonly step: number; readonly corrections: readonly number[] }
  /** Heads dropped more than they may. */
  | {
      readonly kind: "floor";
      readonly step: number;
      readonly heads: number;
      readonly droppedMass: number;
      readonly answer: "lower" | "full" | "fill";
    }
  /** A head goes over to full attention for some steps, comes back, or stays there. */
  | {
      readonly kind: "fallback" | "recovered" | "dense";
      readonly step: number;
      readonly layer: number;
      readonly head: number;
    };

/** How often a schedule stepped in. */
export interface ScheduleCounters {
  /** Times that a head went over to full attention because it dropped too much. */
  readonly fallbacks: number;
  /** Steps that were done again because a head dropped more than it may. */
  readonly redos: number;
  /** Steps in which a head dropped more than it may and nothing was done again. */
  readonly exceeded: number;
  /** Alarms of the drift test. */
  readonly alarms: number;
  /** Times that feedback ran into its clamp, once a unit and step. */
  readonly clamps: number;
  /** Heads under full attention for good. */
  readonly denseHeads: number;
}
