import { expectNumber } from "../../sampling/expect-number.ts";
import type { GpuSamplerOptions } from "./gpu-sampler.ts";
import { drawWords, planHeadWords } from "./pack-draws.ts";
import { resultWords } from "./read-draw.ts";

/** Invocations of a workgroup, bins of the exponents, and the most blocks that a row may have. */
export const workgroup = 256;

/** The most draws of a `record`: their rules make 16 KiB of uniforms. */
export const mostDraws = 256;

const leastRounds = 4;

/** Shapes of the sampler's buffers, all of u32. */
export type SamplerShapes = Readonly<
  Record<
    "plan" | "marks" | "rows" | "stats" | "masses" | "bins" | "tokens" | "results",
    readonly number[]
  >
>;

/** How many tokens each invocation of a block takes. */
export function blockRounds(vocabularySize: number): number {
  return Math.max(leastRounds, Math.ceil(vocabularySize / workgroup ** 2));
}

/** Blocks of a row, at most as many as a workgroup has invocations. */
export function blockCount(vocabularySize: number): number {
  return Math.ceil(vocabularySize / (workgroup * blockRounds(vocabularySize)));
}

/** @throws ModelError "bad-option" for a size below 1, a vocabulary over 2^20 or more rows than `mostDraws`. */
export function samplerShapes({
  vocabularySize,
  slots,
  maxRows,
}: GpuSamplerOptions): SamplerShapes {
  const whole = { min: 1, integer: true } as const;
  // Sums of weights stay below 2^53, which the processor holds exactly.
  expectNumber("sampling: vocabularySize", vocabularySize, { ...whole, max: 2 ** 20 });
  expectNumber("sampling: slots", slots, whole);
  expectNumber("sampling: maxRows", maxRows, { ...whole, max: mostDraws });
  const blocks = blockCount(vocabularySize);
  return {
    plan: [planHeadWords + mostDraws * drawWords],
    marks: [slots, 2, vocabularySize],
    rows: [maxRows, 3, vocabularySize],
    stats: [maxRows, blocks, 4],
    masses: [maxRows, blocks, 2],
    bins: [maxRows, 4, workgroup],
    tokens: [slots],
    results: [maxRows, resultWords],
  };
}

/**
 * Bytes of the device's memory that a sampler takes.
 * @throws ModelError "bad-option".
 */
export function samplerBytes(options: GpuSamplerOptions): number {
  return Object.values(samplerShapes(options)).reduce(
    (bytes, shape) => bytes + 4 * shape.reduce((product, size) => product * size, 1),
    0,
  );
}
