import type { CpuAttentionRule } from "../ops/cpu-ops.ts";
import type { HeadLaw } from "../session.ts";
import type { PassStatistics } from "./pass-statistics.ts";

/** How attention treats the next rows. */
export interface PlannedRows {
  readonly phase: "full" | "warmup" | "sift";
  /** Rows that share the plan: those asked for, or fewer. */
  readonly rows: number;
  /** 1-based step of row 0. */
  readonly firstStep: number;
  rule(layer: number): CpuAttentionRule;
  /** τ, when the schedule wants the quantiles of these rows. */
  readonly quantile?: number;
  /** ln θ: [layers, rows, queryHeads]. Valid until the next plan. */
  readonly logThresholds?: Float32Array;
}

/** Decides the attention of the rows after a prefill, in order. */
export interface AttentionSchedule {
  plan(firstPosition: number, rows: number): PlannedRows;
  /** Takes what the pass of the last plan saw. */
  observe(pass: PassStatistics): void;
  laws(): readonly HeadLaw[];
}

/** Full attention outside of any schedule: the prefill. */
export function planFull(rows: number, firstStep: number = 1): PlannedRows {
  return { phase: "full", rows, firstStep, rule: () => ({ kind: "full" }) };
}
