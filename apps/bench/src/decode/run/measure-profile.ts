import type { StepStatistics } from "@sift-attention/model-runtime";
import type { PassAttention, WebgpuSequenceSlots } from "@sift-attention/model-runtime/backends";
import type { ProfileRow } from "../report/decode-row.ts";
import { meanOf } from "./sample-generation.ts";
import { spreadOf } from "./spread.ts";

/** Profiles the step behind the one that left these statistics, with the thresholds that it had. */
export async function measureProfile(
  slots: WebgpuSequenceSlots,
  { contextLength, logThresholds, unionFraction }: StepStatistics,
  samples: number,
): Promise<Pick<ProfileRow, "keptUnion" | "stepUs" | "partsUs">> {
  const row = { slot: 0, position: contextLength, draw: { uniform: 0 } };
  const rows = [{ ...row, attention: attentionOf(logThresholds) }];
  const { step, parts } = await slots.profile(rows, samples);
  const partsUs = Object.fromEntries(
    Object.entries(parts).map(([part, times]) => [part, spreadOf(times)]),
  );
  return { keptUnion: meanOf(unionFraction), stepUs: spreadOf(step), partsUs };
}

function attentionOf(logThresholds: Float32Array | undefined): PassAttention {
  if (!logThresholds) return { rule: { kind: "full" } };
  const rule = { kind: "sift", droppedMass: "mean-value", keepFirst: 0, keepLast: 0 } as const;
  return { rule: { ...rule, logThresholds } };
}
