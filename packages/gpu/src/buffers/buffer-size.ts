import { byteLength, formatShape, isDType } from "@sift-attention/tensor";
import { GpuError } from "../gpu-error.ts";
import { flagsOf, usageFlags } from "./buffer-usage.ts";
import type { BufferSpec } from "./gpu-buffer.ts";

/** What a buffer will take, in WebGPU's terms. */
export interface BufferSize {
  /** Bytes of the numbers. */
  readonly byteLength: number;
  /** Bytes allocated: the next multiple of 4, the step of all copies. */
  readonly size: number;
  readonly usage: number;
}

function expectSpec(where: string, { label, dtype, shape }: BufferSpec): void {
  if (typeof label !== "string" || label === "") {
    throw new GpuError("invalid-argument", `createBuffer: label: expected a name, got ${label}`);
  }
  if (!isDType(dtype)) {
    throw new GpuError("invalid-argument", `${where}: dtype: expected a data type, got ${dtype}`);
  }
  const isShape = Array.isArray(shape) && shape.every((n) => Number.isSafeInteger(n) && n > 0);
  if (isShape) return;
  const got = Array.isArray(shape) ? formatShape(shape) : String(shape);
  throw new GpuError(
    "invalid-argument",
    `${where}: shape: expected whole numbers of at least 1, got ${got}`,
  );
}

/** Limits that a buffer of this usage meets. */
function limitNames(usage: number, boundInParts: boolean): readonly string[] {
  const names = ["maxBufferSize"];
  if (boundInParts) return names;
  if (usage & usageFlags.STORAGE) names.push("maxStorageBufferBindingSize");
  if (usage & usageFlags.UNIFORM) names.push("maxUniformBufferBindingSize");
  return names;
}

/**
 * How many bytes a buffer takes, and that the device can have it.
 * @throws GpuError "invalid-argument" or "over-limit".
 */
export function bufferSize(spec: BufferSpec, limits: Readonly<Record<string, number>>): BufferSize {
  const where = `createBuffer ${spec.label}`;
  expectSpec(where, spec);
  const usage = flagsOf(where, spec.usage);
  const bytes = byteLength(spec.dtype, spec.shape);
  for (const name of limitNames(usage, spec.boundInParts ?? false)) {
    const offered = limits[name] ?? Number.POSITIVE_INFINITY;
    if (bytes <= offered) continue;
    throw new GpuError(
      "over-limit",
      `${where}: expected at most ${offered} bytes (${name}), got ${bytes} for ${spec.dtype} ${formatShape(spec.shape)}; split it or store fewer bits`,
      { asked: bytes, offered },
    );
  }
  return { byteLength: bytes, size: Math.ceil(bytes / 4) * 4, usage };
}
