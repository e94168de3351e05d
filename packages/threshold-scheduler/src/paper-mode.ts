import type { ScheduleClock, ScheduleOptions } from "./schedule-settings.ts";

/** What the paper leaves open. */
export interface PaperModeOptions {
  readonly layers: number;
  /** Query heads of a layer. */
  readonly heads: number;
  /** τ in (0, 1); the paper's values are 0.5, 0.75 and 0.875. */
  readonly quantile: number;
  /** w: steps of full attention, at least 2; the paper's values are 16 to 512. */
  readonly warmup: number;
  /** Default "generated-steps"; public material also reads as "context-length". */
  readonly clock?: ScheduleClock | undefined;
}

/**
 * Settings for SiftAttention exactly as published (Koley, Singhania and Bhatele, arXiv 2506.05300): one least-squares
 * fit of ln θ on ln x per layer and head at the end of the warmup, its prediction itself as threshold, frozen for the
 * rest of the sequence.
 */
export function paperMode(options: PaperModeOptions): ScheduleOptions {
  const { layers, heads, quantile, warmup, clock = "generated-steps" } = options;
  return {
    ...{ layers, heads, quantile, warmup, clock },
    ...{ budget: "head", fit: "least-squares", margin: "none", feedback: "none", drift: "none" },
  };
}
