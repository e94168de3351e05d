import { createNormal, createRandom } from "@sift-attention/testing/random";
import { TENSOR_BLOCKS, type TensorFormat } from "../weights/tensor-format.ts";
import { unpackRow } from "../weights/unpack.ts";
import type { SlicedTensor } from "./read-slices.ts";

/** A tensor in memory, with the numbers that it stores. */
export interface MemoryTensor extends SlicedTensor {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** [rows, columns]. */
  readonly numbers: Float32Array<ArrayBuffer>;
}

export const formats: readonly TensorFormat[] = Object.keys(TENSOR_BLOCKS) as TensorFormat[];

/** Where in a block the upper bytes of its f16 lie. */
function halvesOf(format: TensorFormat): readonly number[] {
  if (["q4_1", "q5_1", "q4_k", "q5_k"].includes(format)) return [1, 3];
  return format === "q6_k" ? [209] : [1];
}

function storedBytes(format: TensorFormat, count: number, seed: number): Uint8Array<ArrayBuffer> {
  const random = createRandom(seed);
  if (format === "f32") {
    return new Uint8Array(Float32Array.from({ length: count }, createNormal(random)).buffer);
  }
  const block = TENSOR_BLOCKS[format];
  const length = (count / block.numbers) * block.bytes;
  const bytes = Uint8Array.from({ length }, () => random() * 256);
  for (let at = 0; at < length; at += block.bytes) {
    // Random bits, but every f16 is a normal number around 1/16, of either sign.
    for (const half of halvesOf(format)) bytes[at + half] = (bytes[at + half]! & 0x83) | 0x28;
    if (format === "bf16") bytes[at + 1] = random() < 0.5 ? 0xbd : 0x3d;
  }
  return bytes;
}

/** A tensor of random blocks: [rows, columns]. */
export function memoryTensor(
  format: TensorFormat,
  rows: number,
  columns: number,
  seed = 7,
): MemoryTensor {
  const bytes = storedBytes(format, rows * columns, seed);
  const numbers = new Float32Array(rows * columns);
  unpackRow(format, bytes, 0, numbers, numbers.length);
  return {
    name: `${format}-${seed}`,
    format,
    shape: [rows, columns],
    byteLength: bytes.length,
    bytes,
    numbers,
    readRange: async (target, byteOffset) =>
      target.set(bytes.subarray(byteOffset, byteOffset + target.byteLength)),
  };
}
