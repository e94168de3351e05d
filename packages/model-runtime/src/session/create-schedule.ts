import type { ModelConfig } from "../weights/model-config.ts";
import type { AttentionSchedule } from "./attention-schedule.ts";
import { createCustomSchedule } from "./custom-schedule.ts";
import type { AttentionSettings } from "./expect-attention-mode.ts";
import { createFixedSchedule } from "./fixed-schedule.ts";
import { createSiftSchedule } from "./sift-schedule.ts";
import { createUniformSchedule } from "./uniform-schedule.ts";

/**
 * The schedule of one generation or teacher-forced pass in a context of so many tokens: a warmup that it cannot end is as
 * good as one that is just too long, and takes no more memory.
 */
export function createAttentionSchedule(
  settings: AttentionSettings,
  config: ModelConfig,
  contextLength: number,
): AttentionSchedule {
  if (settings.kind === "custom") return createCustomSchedule(settings, config);
  if (settings.kind !== "sift") return createUniformSchedule(settings);
  if (settings.fixedLogThreshold !== undefined) {
    return createFixedSchedule(settings, settings.fixedLogThreshold, config);
  }
  const warmup = settings.warmup === "auto" ? "auto" : Math.min(settings.warmup, contextLength + 1);
  return createSiftSchedule({ ...settings, warmup }, config, contextLength);
}
