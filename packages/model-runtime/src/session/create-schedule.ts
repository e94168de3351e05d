import type { ModelConfig } from "../weights/model-config.ts";
import type { AttentionSchedule } from "./attention-schedule.ts";
import type { AttentionSettings } from "./expect-attention-mode.ts";
import { createFixedSchedule } from "./fixed-schedule.ts";
import { createSiftSchedule } from "./sift-schedule.ts";
import { createUniformSchedule } from "./uniform-schedule.ts";

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
