/** Words of a draw's result. */
export const resultWords = 4;

/** What a draw left. */
export interface DrawResult {
  /** 0 unless `isFinite`. */
  readonly id: number;
  /** ln of the token's probability under the raw logits. */
  readonly logprob: number;
  /** Whether all logits were finite. Else nothing was drawn or counted. */
  readonly isFinite: boolean;
}

/** One draw of a copy of `GpuSampler.results`: [draws, 4]. */
export function readDraw(words: Uint32Array<ArrayBuffer>, index: number): DrawResult {
  const first = index * resultWords;
  const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
  return { id: words[first]!, logprob: floats[first + 1]!, isFinite: words[first + 2] === 1 };
}
