import type { GpuBuffer } from "@sift-attention/gpu";
import { formatShape } from "@sift-attention/tensor";
import type { BufferNeed } from "./decode-buffer-needs.ts";
import type { DecodeBuffers } from "./decode-buffers.ts";
import { format } from "./expect-number.ts";
import type { Limits } from "./resolve-options.ts";
import { SiftError } from "./sift-error.ts";

/** A caller's buffer, narrowed to the bytes that the kernels use. */
export interface BoundNeed extends BufferNeed {
  readonly buffer: GPUBuffer;
  readonly offset: number;
}

const storage = 0x80; // GPUBufferUsage.STORAGE, a global of browsers only

function refuse(field: string, expected: string, got: unknown, wayOut = ""): never {
  const advice = wayOut && `; ${wayOut}`;
  throw new SiftError(
    "invalid-buffer",
    `bind: ${field}: expected ${expected}, got ${got}${advice}`,
  );
}

function isObject(value: unknown): value is object {
  return value !== null && typeof value === "object";
}

function describe({ dtype, shape }: BufferNeed): string {
  return `${dtype} ${formatShape(shape)}`;
}

/** The bare buffer; one of `createBuffer` must be alive and of the right data type. */
function rawOf(wanted: BufferNeed, buffer: GPUBuffer | GpuBuffer): GPUBuffer {
  const { field, dtype } = wanted;
  if (!isObject(buffer)) refuse(field, describe(wanted), format(buffer));
  if (!("raw" in buffer)) return buffer;
  if (buffer.isDisposed) refuse(field, "a live buffer", `${buffer.label}, disposed`);
  if (buffer.dtype !== dtype) {
    refuse(field, describe(wanted), `${buffer.dtype} ${formatShape(buffer.shape)}`);
  }
  return buffer.raw;
}

function expectOffset({ field }: BufferNeed, offset: unknown, limits: Limits): void {
  const alignment = limits.minStorageBufferOffsetAlignment ?? 256;
  const isAligned = Number.isSafeInteger(offset) && (offset as number) % alignment === 0;
  if (isAligned && (offset as number) >= 0) return;
  refuse(field, `an offset that is a multiple of ${alignment}`, format(offset));
}

function boundNeed(wanted: BufferNeed, buffers: DecodeBuffers, limits: Limits): BoundNeed {
  const { field, byteLength } = wanted;
  const bound = buffers[field]!;
  if (!isObject(bound)) refuse(field, describe(wanted), format(bound));
  const part = "buffer" in bound ? bound : { buffer: bound };
  const buffer = rawOf(wanted, part.buffer);
  const offset = part.offset ?? 0;
  expectOffset(wanted, offset, limits);
  if (!(buffer.usage & storage)) {
    refuse(field, "a buffer of usage STORAGE", `flags 0x${buffer.usage.toString(16)}`);
  }
  const size = Math.min(part.size ?? Number.POSITIVE_INFINITY, buffer.size - offset);
  if (size >= byteLength) return { ...wanted, buffer, offset };
  return refuse(field, `${byteLength} bytes (${describe(wanted)})`, `${size} bytes`);
}

/** A dispatch must not write what another of its bindings sees. */
function expectApart(ranges: readonly BoundNeed[]): void {
  for (const [i, a] of ranges.entries()) {
    for (const b of ranges.slice(i + 1)) {
      const isShared = a.buffer === b.buffer && (a.isWritten || b.isWritten);
      if (!isShared) continue;
      if (a.offset + a.byteLength <= b.offset || b.offset + b.byteLength <= a.offset) continue;
      refuse(b.field, "bytes of its own", `bytes that ${a.field} has`, "one of them is written");
    }
  }
}

function expectKnown(buffers: DecodeBuffers, needs: readonly BufferNeed[]): void {
  const fields: readonly string[] = needs.map(({ field }) => field);
  for (const name of Object.keys(buffers)) {
    if (!fields.includes(name)) refuse(name, `one of ${fields.join(", ")}`, name);
  }
}

/**
 * The given buffers, checked.
 * @param required Fields that must not be left out.
 * @throws SiftError "invalid-buffer".
 */
export function expectDecodeBuffers(
  buffers: DecodeBuffers,
  needs: readonly BufferNeed[],
  { required, limits }: { readonly required: readonly string[]; readonly limits: Limits },
): readonly BoundNeed[] {
  if (!isObject(buffers)) refuse("buffers", "an object of buffers", format(buffers));
  expectKnown(buffers, needs);
  const given = needs.filter((wanted) => {
    if (buffers[wanted.field] !== undefined) return true;
    if (required.includes(wanted.field)) refuse(wanted.field, describe(wanted), "none");
    return false;
  });
  const bound = given.map((wanted) => boundNeed(wanted, buffers, limits));
  expectApart(bound);
  return bound;
}
