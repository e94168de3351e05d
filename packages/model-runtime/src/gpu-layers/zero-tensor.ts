import type { WeightTensor } from "../weights/model-files.ts";

/** A vector of zeros where others of its stack have one: [length]. */
export function zeroTensor(length: number): WeightTensor {
  const fill = async (target: Uint8Array): Promise<void> => void target.fill(0);
  return {
    name: `${length} zeros`,
    format: "f32",
    shape: [length],
    byteLength: length * Float32Array.BYTES_PER_ELEMENT,
    readInto: fill,
    readRange: fill,
  };
}
