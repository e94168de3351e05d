import { GpuError } from "../gpu-error.ts";
import { usageFlags } from "./buffer-usage.ts";
import { expectLive, type GpuBuffer } from "./gpu-buffer.ts";

/** Bytes for one place of a buffer. */
export interface Slice {
  readonly byteOffset: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

function expectPlace(where: string, buffer: GpuBuffer, bytes: number, byteOffset: number): void {
  if (!(buffer.raw.usage & usageFlags.COPY_DST) || buffer.raw.usage & usageFlags.MAP_READ) {
    throw new GpuError("invalid-argument", `${where}: expected a buffer for shaders, got readback`);
  }
  if (!Number.isSafeInteger(byteOffset) || byteOffset < 0 || byteOffset % 4 !== 0) {
    throw new GpuError(
      "invalid-argument",
      `${where}: byteOffset: expected a multiple of 4 of at least 0, got ${byteOffset}`,
    );
  }
  const room = buffer.byteLength - byteOffset;
  const isWhole = bytes % 4 === 0 || bytes === room;
  if (bytes <= room && isWhole) return;
  const expected =
    bytes > room
      ? `at most ${room} bytes`
      : "a multiple of 4 bytes, or all up to the buffer's end,";
  throw new GpuError(
    "invalid-argument",
    `${where}: expected ${expected} at offset ${byteOffset}, got ${bytes}`,
  );
}

function bytesOf(where: string, data: ArrayBufferView): Uint8Array<ArrayBuffer> {
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  }
  throw new GpuError("invalid-argument", `${where}: expected a typed array, got ${typeof data}`);
}

/** Copies go in steps of 4 bytes: the last of an odd number of 16-bit words gets zeros behind it. */
function padded(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (bytes.length % 4 === 0) return bytes;
  const whole = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  whole.set(bytes);
  return whole;
}

/**
 * Cuts data for a buffer into slices.
 * @param sliceBytes Greatest length of a slice, a multiple of 4.
 * @throws GpuError "disposed", or "invalid-argument" when the data do not fit there.
 */
export function writeSlices(
  where: string,
  buffer: GpuBuffer,
  data: ArrayBufferView,
  options: { readonly byteOffset: number; readonly sliceBytes: number },
): readonly Slice[] {
  const { byteOffset, sliceBytes } = options;
  expectLive(where, buffer);
  const bytes = bytesOf(where, data);
  expectPlace(where, buffer, bytes.length, byteOffset);
  const slices: Slice[] = [];
  for (let at = 0; at < bytes.length; at += sliceBytes) {
    slices.push({
      byteOffset: byteOffset + at,
      bytes: padded(bytes.subarray(at, at + sliceBytes)),
    });
  }
  return slices;
}
