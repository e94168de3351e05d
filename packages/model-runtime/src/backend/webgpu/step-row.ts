import type { PassAttention } from "../attention-rule.ts";
import type { DrawOptions } from "../model-backend.ts";
import type { RowStatistics } from "./row-statistics.ts";

/** A row of a step: one token of one slot, which sees what its slot holds. */
export interface StepRow {
  readonly slot: number;
  readonly position: number;
  /** Absent: the token that was drawn last in the slot. */
  readonly token?: number;
  readonly attention: PassAttention;
  /** Which of the rows that `attention` speaks of this one is, and of how many. */
  readonly ruleRow: number;
  readonly ruleRows: number;
  /** Draws a token from this row's logits. */
  readonly draw?: DrawOptions;
  /** Where the statistics go. */
  readonly statistics: RowStatistics;
  readonly statisticsRow: number;
}
