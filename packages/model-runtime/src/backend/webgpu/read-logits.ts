import type { Gpu } from "@sift-attention/gpu";
import type { GpuDecoder } from "../../gpu-layers/gpu-decoder.ts";
import { recordAll } from "./bound-cache.ts";

/** Rows of `hidden` to compute the logits of. */
export interface LogitsRange {
  readonly firstRow: number;
  /** The row behind the last. */
  readonly endRow: number;
}

/**
 * Logits of rows of the last pass, some rows at a time: [endRow − firstRow, vocabulary]. All of it is submitted before
 * the first wait.
 */
export async function readLogits(
  gpu: Gpu,
  decoder: GpuDecoder,
  { firstRow, endRow }: LogitsRange,
): Promise<Float32Array> {
  const { vocabularySize } = decoder.blueprint;
  const shape = [endRow - firstRow, vocabularySize];
  using logits = gpu.createBuffer({ label: "logits", dtype: "f32", shape, usage: "readback" });
  gpu.submit((encoder) => {
    for (let row = firstRow; row < endRow; row += decoder.rows.logitsRows) {
      const rows = Math.min(decoder.rows.logitsRows, endRow - row);
      recordHead(encoder, decoder, row, rows);
      const rowBytes = vocabularySize * Float32Array.BYTES_PER_ELEMENT;
      const { raw } = decoder.scratch.logits;
      encoder.copyBufferToBuffer(raw, 0, logits.raw, (row - firstRow) * rowBytes, rows * rowBytes);
    }
  });
  return await gpu.read(logits);
}

/** Encodes the logits of some rows of `hidden`. */
export function recordHead(
  encoder: GPUCommandEncoder,
  decoder: GpuDecoder,
  firstRow: number,
  rows: number,
): void {
  const { hidden, headRows } = decoder.scratch;
  const rowBytes = decoder.blueprint.hiddenSize * Float32Array.BYTES_PER_ELEMENT;
  const offset = firstRow * rowBytes;
  encoder.copyBufferToBuffer(hidden.raw, offset, headRows.raw, 0, rows * rowBytes);
  const pass = encoder.beginComputePass();
  recordAll(pass, decoder.rowsHead, rows);
  pass.end();
}
