import type { AttentionSchedule } from "./attention-schedule.ts";
import type { AttentionSettings, SiftSettings } from "./expect-attention-mode.ts";

/** One rule for every row. */
export function createUniformSchedule(
  rule: Exclude<AttentionSettings, SiftSettings>,
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
