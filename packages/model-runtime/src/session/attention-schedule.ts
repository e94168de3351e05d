import type { CpuAttentionRule } from "../ops/cpu-ops.ts";
import type { HeadLaw } from "../session.ts";
import type { ModelConfig } from "../weights/model-config.ts";
import type { AttentionSettings, SiftSettings } from "./expect-attention-mode.ts";
import type { PassStatistics } from "./pass-statistics.ts";
import { createSiftSchedule } from "./sift-schedule.ts";

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

/** The schedule of one generation or teacher-forced pass. */
export function createAttentionSchedule(
  settings: AttentionSettings,
  config: ModelConfig,
  maxRows: number,
): AttentionSchedule {
  if (settings.kind !== "sift") return createUniformSchedule(settings);
  if (settings.fixedLogThreshold === undefined) {
    return createSiftSchedule(settings, config, maxRows);
  }
  return createFixedSchedule(settings, settings.fixedLogThreshold, config);
}

/** One rule for every row. */
function createUniformSchedule(rule: Exclude<AttentionSettings, SiftSettings>): AttentionSchedule {
  let steps = 0;
  return {
    plan(_firstPosition, rows) {
      const firstStep = steps + 1;
      steps += rows;
      return { phase: "full", rows, firstStep, rule: () => rule };
    },
    observe() {},
    laws: () => [],
  };
}

/** One threshold for every layer, head and row. */
function createFixedSchedule(
  { droppedMass, keepFirst, keepLast }: SiftSettings,
  logThreshold: number,
  { layers, queryHeads }: ModelConfig,
): AttentionSchedule {
  let steps = 0;
  return {
    plan(_firstPosition, rows) {
      const firstStep = steps + 1;
      steps += rows;
      const logThresholds = new Float32Array(layers * rows * queryHeads).fill(logThreshold);
      const rule: CpuAttentionRule = {
        kind: "sift",
        logThresholds: logThresholds.subarray(0, rows * queryHeads),
        droppedMass,
        keepFirst,
        keepLast,
      };
      return { phase: "sift", rows, firstStep, rule: () => rule, logThresholds };
    },
    observe() {},
    laws: () => [],
  };
}
