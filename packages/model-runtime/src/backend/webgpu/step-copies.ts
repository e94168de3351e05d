import type { Readback } from "./readback-ring.ts";
import type { CopiedQuantiles, CopiedStatistics } from "./row-statistics.ts";
import type { LayerRows, StatisticsBuffers } from "./statistics-buffers.ts";
import type { StepRow } from "./step-row.ts";

/** Where a step's readback finds what was copied; absent: not copied. */
export interface StepCopies {
  readonly draws?: number;
  readonly statistics?: number;
  readonly quantiles?: number;
}

/** Encodes a copy of all layers; returns where the readback has it. */
export function copyAll(
  encoder: GPUCommandEncoder,
  readback: Readback,
  { buffer }: LayerRows,
): number {
  return readback.copy(encoder, buffer, buffer.byteLength);
}

/** Writes what attention kept into the statistics of each row. */
export function readStatistics(
  rows: readonly StepRow[],
  copies: StepCopies,
  buffers: StatisticsBuffers,
  bytes: ArrayBuffer,
): void {
  const kept =
    copies.statistics === undefined ? undefined : copiedWords(bytes, copies.statistics, buffers);
  const quantiles =
    copies.quantiles === undefined ? undefined : copiedFloats(bytes, copies.quantiles, buffers);
  for (const [index, { statistics, statisticsRow, position }] of rows.entries()) {
    if (kept) statistics.writeKept(statisticsRow, position, kept, index);
    else statistics.writeFull(statisticsRow, position);
    if (quantiles) statistics.writeQuantiles(statisticsRow, quantiles, index);
  }
}

function copiedWords(
  bytes: ArrayBuffer,
  offset: number,
  buffers: StatisticsBuffers,
): CopiedStatistics {
  return {
    words: new Uint32Array(bytes, offset),
    floats: new Float32Array(bytes, offset),
    wordsPitch: buffers.statistics.layerPitch,
  };
}

function copiedFloats(
  bytes: ArrayBuffer,
  offset: number,
  buffers: StatisticsBuffers,
): CopiedQuantiles {
  return { floats: new Float32Array(bytes, offset), floatsPitch: buffers.quantiles.layerPitch };
}
