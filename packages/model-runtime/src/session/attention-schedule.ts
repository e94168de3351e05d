import type { ScheduleCounters, ScheduleDecision } from "@sift-attention/threshold-scheduler";
import type { PassAttention } from "../backend/attention-rule.ts";
import type { HeadLaw } from "../session.ts";
import type { PassStatistics } from "./pass-statistics.ts";

/** How attention treats the next rows. Its arrays stay as they are. */
export interface PlannedRows {
  readonly phase: "full" | "warmup" | "sift";
  /** Rows that share the plan: those asked for, or fewer. */
  readonly rows: number;
  /** 1-based step of row 0. */
  readonly firstStep: number;
  readonly attention: PassAttention;
}

/** Decides the attention of the rows after a prefill, in order. */
export interface AttentionSchedule {
  /** Rules like this one will come: backends compile for them. */
  readonly prepared: PassAttention;
  /** Whether the next row can be planned though not every planned row has been observed. */
  readonly plansAhead: boolean;
  plan(firstPosition: number, rows: number): PlannedRows;
  /** Plans rows of the prompt where it does not run under full attention. All of it has to run then. */
  planPrompt?(firstPosition: number, rows: number): PlannedRows;
  /**
   * Takes quantiles of a sampled row of the prompt; rows come in ascending order, maybe some of them again.
   * `quantiles`: [layers, queryHeads, levels].
   */
  observePrompt?(contextLength: number, quantiles: Float32Array): void;
  /** Takes what a planned pass saw, in the order of the plans. */
  observe(plan: PlannedRows, pass: PassStatistics): void;
  /** The last plan once more, under other thresholds, when what was seen of it must not count. */
  redo?(): PlannedRows | undefined;
  laws(): readonly HeadLaw[];
  /** How often it stepped in. */
  counters?(): ScheduleCounters;
  /** What it decided since it was asked last, when it is traced. */
  takeDecisions?(): readonly ScheduleDecision[] | undefined;
}

const FULL: PassAttention = { rule: { kind: "full" } };

/** Full attention outside of any schedule: the prefill. */
export function planFull(rows: number, firstStep: number = 1): PlannedRows {
  return { phase: "full", rows, firstStep, attention: FULL };
}

/** Whether the rows see every key, so that what they leave in the cache does not depend on a schedule. */
export function seesEveryKey({ rule }: PassAttention): boolean {
  return rule.kind === "full" || (rule.kind === "sift" && rule.logThresholds === undefined);
}
