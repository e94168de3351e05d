import type { ModelConfig } from "../weights/model-config.ts";
import type { AttentionSchedule } from "./attention-schedule.ts";
import type { SiftSettings } from "./expect-sift-mode.ts";

/** One threshold for every layer, head and row. */
export function createFixedSchedule(
  { droppedMass, keepFirst, keepLast }: SiftSettings,
  logThreshold: number,
  { layers, queryHeads }: ModelConfig,
): AttentionSchedule {
  const rule = { kind: "sift", droppedMass, keepFirst, keepLast } as const;
  let steps = 0;
  return {
    prepared: { rule },
    plansAhead: true,
    plan(_firstPosition, rows) {
      const firstStep = steps + 1;
      steps += rows;
      const logThresholds = new Float32Array(layers * rows * queryHeads).fill(logThreshold);
      return { phase: "sift", rows, firstStep, attention: { rule: { ...rule, logThresholds } } };
    },
    observe() {},
    laws: () => [],
  };
}
