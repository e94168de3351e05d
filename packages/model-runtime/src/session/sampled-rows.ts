import { isSampledLength, SAMPLED_LEVELS } from "@sift-attention/threshold-scheduler";
import type { PassAttention, RowSample } from "../backend/attention-rule.ts";
import { seesEveryKey } from "./attention-schedule.ts";
import type { PassStatistics } from "./pass-statistics.ts";

/** Quantiles of one sampled row: [layers, queryHeads, levels]. */
export interface SampledRow {
  readonly contextLength: number;
  readonly quantiles: Float32Array;
}

/** Rows that run under full attention ask for samples whatever comes after them: a later schedule may need them. */
export function withSample(
  attention: PassAttention,
  firstPosition: number,
  rows: number,
): PassAttention {
  if (!seesEveryKey(attention) || attention.sample) return attention;
  const sample = sampleOf(firstPosition, rows);
  return sample.rows.length === 0 ? attention : { ...attention, sample };
}

/** The rows that were sampled, in ascending order; none when the backend does not tell. */
export function sampledRows(
  { sample }: PassAttention,
  { firstPosition, sampled }: PassStatistics,
): readonly SampledRow[] {
  if (!sample || !sampled) return [];
  const size = sampled.length / sample.rows.length;
  return sample.rows.map((row, index) => ({
    contextLength: firstPosition + row + 1,
    quantiles: sampled.subarray(index * size, (index + 1) * size),
  }));
}

function sampleOf(firstPosition: number, count: number): RowSample {
  const rows = Array.from({ length: count }, (_, row) => row);
  return {
    rows: rows.filter((row) => isSampledLength(firstPosition + row + 1)),
    levels: SAMPLED_LEVELS,
  };
}
