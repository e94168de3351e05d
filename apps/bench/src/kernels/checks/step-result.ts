import type { Gpu } from "@sift-attention/gpu";
import type { Contestant } from "../run/contestant.ts";
import type { Subject } from "../run/subject.ts";

/** What one step wrote. */
export interface StepResult {
  /** [batch, queryHeads, headDim]. */
  readonly output: Float32Array;
  /** [batch, queryHeads, 4]: kept, union kept, dropped mass (bits), logSumExp (bits). */
  readonly statistics: Uint32Array;
}

/** Runs one step over a buffer set and reads what it wrote; both are overwritten before, so that nothing old passes. */
export async function runStep(
  gpu: Gpu,
  { output, statistics }: Subject,
  contestant: Contestant,
  set: number,
): Promise<StepResult> {
  gpu.submit((encoder) => {
    for (const buffer of [output, statistics]) encoder.clearBuffer(buffer.raw);
    contestant.prepare(encoder);
    const pass = encoder.beginComputePass();
    if (contestant.recordProof) contestant.recordProof(pass, set);
    else contestant.record(pass, set);
    pass.end();
  });
  return { output: await gpu.read(output), statistics: await gpu.read(statistics) };
}
