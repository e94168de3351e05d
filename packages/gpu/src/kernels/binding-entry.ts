import { usageFlags } from "../buffers/buffer-usage.ts";
import { expectLive, type GpuBuffer } from "../buffers/gpu-buffer.ts";
import { GpuError } from "../gpu-error.ts";
import type { BoundBuffer } from "./kernel.ts";
import type { BindingKind } from "./kernel-spec.ts";

/** What WebGPU binds, with nothing left to default. */
export interface BoundRange {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly size: number;
}

const rules = {
  read: ["STORAGE", "minStorageBufferOffsetAlignment", "maxStorageBufferBindingSize"],
  "read-write": ["STORAGE", "minStorageBufferOffsetAlignment", "maxStorageBufferBindingSize"],
  uniform: ["UNIFORM", "minUniformBufferOffsetAlignment", "maxUniformBufferBindingSize"],
} as const;

function refuse(where: string, expected: string, got: unknown): never {
  throw new GpuError("invalid-argument", `${where}: expected ${expected}, got ${got}`);
}

/** The bare buffer of either kind. */
export function rawBuffer(where: string, buffer: GPUBuffer | GpuBuffer): GPUBuffer {
  if (!buffer || typeof buffer !== "object") refuse(where, "a buffer", buffer);
  if (!("raw" in buffer)) return buffer;
  expectLive(where, buffer);
  return buffer.raw;
}

function rangeOf(where: string, bound: BoundBuffer): BoundRange {
  if (!bound || typeof bound !== "object") refuse(where, "a buffer", bound);
  const isPart = "buffer" in bound;
  const buffer = rawBuffer(where, isPart ? bound.buffer : bound);
  const offset = (isPart ? bound.offset : undefined) ?? 0;
  const size = (isPart ? bound.size : undefined) ?? buffer.size - offset;
  return { buffer, offset, size };
}

function expectRange(where: string, { buffer, offset, size }: BoundRange, alignment: number): void {
  if (!Number.isSafeInteger(offset) || offset < 0 || offset % alignment !== 0) {
    refuse(where, `an offset that is a multiple of ${alignment}`, offset);
  }
  if (!Number.isSafeInteger(size) || size <= 0 || offset + size > buffer.size) {
    refuse(where, `1 to ${buffer.size - offset} bytes from offset ${offset}`, size);
  }
}

/**
 * The range that a binding gets, checked against its kind and the device.
 * @throws GpuError "invalid-argument", "over-limit" or "disposed".
 */
export function bindingEntry(
  where: string,
  kind: BindingKind,
  bound: BoundBuffer,
  limits: Readonly<Record<string, number>>,
): BoundRange {
  const [usage, alignmentName, limitName] = rules[kind];
  const range = rangeOf(where, bound);
  if (!(range.buffer.usage & usageFlags[usage])) {
    refuse(where, `a buffer of usage ${usage}`, `flags 0x${range.buffer.usage.toString(16)}`);
  }
  expectRange(where, range, limits[alignmentName] ?? 256);
  const offered = limits[limitName] ?? Number.POSITIVE_INFINITY;
  if (range.size <= offered) return range;
  throw new GpuError(
    "over-limit",
    `${where}: expected at most ${offered} bytes (${limitName}), got ${range.size}; bind a part of it`,
    { asked: range.size, offered },
  );
}
