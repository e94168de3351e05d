import { bytesPerElement, elementCount } from "@sift-attention/tensor";
import type { ReadRange } from "../device/gpu.ts";
import { GpuError } from "../gpu-error.ts";
import type { GpuBuffer } from "./gpu-buffer.ts";

/** The bytes to copy, from a multiple of 8 on (as maps want it) and in steps of 4, and those of them that were asked for. */
export interface ReadSpan {
  readonly copyOffset: number;
  readonly copyBytes: number;
  /** Where in the copy the asked bytes begin and end. */
  readonly begin: number;
  readonly end: number;
}

/**
 * The bytes that a range of numbers lies in.
 * @throws GpuError "invalid-argument" for a range outside the buffer or without numbers.
 */
export function readSpan(where: string, buffer: GpuBuffer, range: ReadRange): ReadSpan {
  const total = elementCount(buffer.shape);
  const { start = 0, count = total - start } = range;
  const isInside =
    Number.isSafeInteger(start) &&
    Number.isSafeInteger(count) &&
    start >= 0 &&
    count >= 1 &&
    start + count <= total;
  if (!isInside) {
    throw new GpuError(
      "invalid-argument",
      `${where}: expected a range within ${total} numbers, got start ${start}, count ${count}`,
    );
  }
  const width = bytesPerElement[buffer.dtype];
  const copyOffset = Math.floor((start * width) / 8) * 8;
  const copyBytes = Math.ceil(((start + count) * width - copyOffset) / 4) * 4;
  const begin = start * width - copyOffset;
  return { copyOffset, copyBytes, begin, end: begin + count * width };
}
