import type { Gpu, ReadRange } from "../device/gpu.ts";
import { GpuError } from "../gpu-error.ts";
import { usageFlags } from "./buffer-usage.ts";
import { expectLive, type GpuBuffer } from "./gpu-buffer.ts";
import { type ReadSpan, readSpan } from "./read-span.ts";

async function copyMapped(
  where: string,
  raw: GPUBuffer,
  offset: number,
  { copyBytes, begin, end }: ReadSpan,
): Promise<ArrayBuffer> {
  try {
    await raw.mapAsync(usageFlags.MAP_READ, offset, copyBytes);
  } catch (cause) {
    throw new GpuError("validation", `${where}: expected a buffer to map, got ${cause}`, { cause });
  }
  const bytes = raw.getMappedRange(offset, copyBytes).slice(begin, end);
  raw.unmap();
  return bytes;
}

/** Shaders' buffers cannot be mapped: their bytes go through a buffer of the processor's memory, freed at once. */
async function copyStaged(
  where: string,
  gpu: Gpu,
  buffer: GpuBuffer,
  span: ReadSpan,
): Promise<ArrayBuffer> {
  const { copyOffset, copyBytes } = span;
  const label = `staging of ${buffer.label}`;
  const staging = gpu.createBuffer({ label, dtype: "u8", shape: [copyBytes], usage: "readback" });
  try {
    gpu.submit((encoder) => {
      encoder.copyBufferToBuffer(buffer.raw, copyOffset, staging.raw, 0, copyBytes);
    });
    return await copyMapped(where, staging.raw, 0, span);
  } finally {
    staging.dispose();
  }
}

/**
 * The bytes of a range of a buffer's numbers, after all work submitted so far.
 * @throws GpuError "disposed", "invalid-argument" for a range outside, "validation" when the device refuses.
 */
export async function readBytes(
  gpu: Gpu,
  buffer: GpuBuffer,
  range: ReadRange,
): Promise<ArrayBuffer> {
  const where = `read ${buffer.label}`;
  expectLive(where, buffer);
  const span = readSpan(where, buffer, range);
  const isMappable = (buffer.raw.usage & usageFlags.MAP_READ) !== 0;
  return await (isMappable
    ? copyMapped(where, buffer.raw, span.copyOffset, span)
    : copyStaged(where, gpu, buffer, span));
}
