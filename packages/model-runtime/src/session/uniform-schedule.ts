import type { AttentionRule } from "../backend/attention-rule.ts";
import type { AttentionSchedule } from "./attention-schedule.ts";

/** One rule for every row. */
export function createUniformSchedule(
  rule: Exclude<AttentionRule, { readonly kind: "sift" | "custom" }>,
): AttentionSchedule {
  const attention = { rule };
  let steps = 0;
  return {
    prepared: attention,
    plansAhead: true,
    plan(_firstPosition, rows) {
      const firstStep = steps + 1;
      steps += rows;
      return { phase: "full", rows, firstStep, attention };
    },
    observe() {},
    laws: () => [],
  };
}
