import type { WeightTensor } from "@sift-attention/model-runtime";

/** An f32 tensor [shape] of numbers in memory. */
export function memoryTensor(
  name: string,
  shape: readonly number[],
  numbers: Float32Array,
): WeightTensor {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  return {
    ...{ name, format: "f32", shape, byteLength: bytes.length },
    readInto: async (target) => target.set(bytes),
    readRange: async (target, byteOffset) => {
      target.set(bytes.subarray(byteOffset, byteOffset + target.length));
    },
  };
}
