import { ModelError } from "../model-error.ts";
import type { ModelConfig } from "../weights/model-config.ts";
import type { AttentionSchedule } from "./attention-schedule.ts";
import type { SiftSettings } from "./expect-attention-mode.ts";

/** The two-phase schedule. */
export function createSiftSchedule(
  _settings: SiftSettings,
  _config: ModelConfig,
  _maxRows: number,
): AttentionSchedule {
  throw new ModelError("bad-option", "attention.kind: sift needs the threshold scheduler");
}
