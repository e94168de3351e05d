import { finiteFloat32 } from "../../sampling/float32-rules.ts";

const seen = 0x80000000;

/** Biases as f32 in the order of ids: [vocabulary]. */
export function packBiases(
  biases: ReadonlyMap<number, number>,
  vocabularySize: number,
): Float32Array<ArrayBuffer> {
  const packed = new Float32Array(vocabularySize);
  for (const [id, bias] of biases) packed[id] = finiteFloat32(bias);
  return packed;
}

/** For each token whether it was seen, in the highest bit, and how often it was generated: [vocabulary]. */
export function packMarks(
  prompt: readonly number[],
  generated: readonly number[],
  vocabularySize: number,
): Uint32Array<ArrayBuffer> {
  const marks = new Uint32Array(vocabularySize);
  for (const id of prompt) marks[id] = seen;
  for (const id of generated) marks[id] = (marks[id]! | seen) + 1;
  return marks;
}
