import type { CpuAttentionRule } from "../ops/cpu-ops.ts";
import type { ModelConfig } from "../weights/model-config.ts";
import type { AttentionSchedule } from "./attention-schedule.ts";
import type { SiftSettings } from "./expect-attention-mode.ts";

/** One threshold for every layer, head and row. */
export function createFixedSchedule(
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
