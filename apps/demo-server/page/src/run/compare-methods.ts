import type { ServerInfo } from "../../../src/live-events.ts";
import type { GenerationSettings } from "../api/generation-request.ts";
import { type AttentionChoice, attentionSettings } from "../settings/attention-choice.ts";
import { startRun } from "./start-run.ts";

/** Runs one task under full, top-k and sifted attention in turn; ends early when one is stopped or fails. */
export async function compareMethods(
  settings: GenerationSettings,
  choice: AttentionChoice,
  info: ServerInfo,
): Promise<void> {
  for (const kind of ["full", "top-k", "sift"] as const) {
    const attention = attentionSettings({ ...choice, kind });
    const run = await startRun({ ...settings, attention }, info);
    if (run.status.value.kind !== "finished") return;
  }
}
