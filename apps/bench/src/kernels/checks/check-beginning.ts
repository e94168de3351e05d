import type { Gpu } from "@sift-attention/gpu";
import type { KeepRule } from "@sift-attention/reference-attention";
import { keptCount } from "../data/planted-bands.ts";
import type { Contestant } from "../run/contestant.ts";
import { stepThreshold } from "../run/step-inputs.ts";
import type { Subject } from "../run/subject.ts";
import { expectClose, relativeBound } from "./expect-close.ts";
import type { OracleSample } from "./oracle-sample.ts";
import { runsDense } from "./runs-dense.ts";
import { runStep } from "./step-result.ts";

/** The first keys of a subject, and what the oracle knows of them. */
export interface Beginning {
  readonly gpu: Gpu;
  readonly subject: Subject;
  readonly samples: readonly OracleSample[];
}

/** The rule that the oracle keeps keys by; undefined where the cut of top-k would lie amid keys of almost equal score. */
function ruleOf(
  subject: Subject,
  contestant: Contestant,
  contextLength: number,
): KeepRule | undefined {
  const { data } = subject;
  const { kernel, fraction } = contestant;
  if (kernel === "top-k") {
    const isWhole = contextLength === data.kernelCase.context;
    return isWhole ? { kind: "top-k", k: keptCount(fraction, contextLength) } : undefined;
  }
  if (fraction === 1 || runsDense(subject, contestant, contextLength)) return { kind: "full" };
  return { kind: "sift", logThresholds: stepThreshold(data.bands, { contextLength, fraction }) };
}

/**
 * Compares a contestant's output over the first keys with the oracle's.
 * @returns the relative error, 0 where the oracle is not asked. @throws WrongResult.
 */
export async function checkBeginning(
  { gpu, subject, samples }: Beginning,
  contestant: Contestant,
): Promise<number> {
  const rule = ruleOf(subject, contestant, samples[0]!.contextLength);
  if (!rule) return 0;
  const { output } = await runStep(gpu, subject, contestant, 0);
  const { headDim } = subject.data.kernelCase.shape.geometry;
  const errors = samples.map((sample) => {
    const truth = sample.attend(rule).output;
    const start = sample.firstHead * headDim;
    const result = output.subarray(start, start + truth.length);
    return expectClose(result, truth, { bound: relativeBound, against: "the float64 oracle" });
  });
  return Math.max(...errors);
}
