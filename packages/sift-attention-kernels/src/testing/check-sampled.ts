import {
  type DecodeResult,
  type KeepRule,
  roundingBound,
} from "@sift-attention/reference-attention";
import { estimateMargin, sampledKeys } from "../kernels/sift-sampled.ts";
import type { ResolvedOptions } from "../resolve-options.ts";
import type { AttentionCase } from "./attention-case.ts";
import { type AttentionRig, stepOf } from "./attention-rig.ts";
import { type CheckedStep, gapsOf, judgementsOf, judgeStep } from "./check-step.ts";
import { isDecided } from "./judge-step.ts";
import { visibleSums } from "./oracle-call.ts";

/** What the one-pass sift takes for each head's log-sum-exp: [queryHeads]. */
export function estimatesOf(
  { scores, keptSet }: DecodeResult,
  { keepFirst, keepLast }: ResolvedOptions,
): number[] {
  const { heads, contextLength } = keptSet;
  const first = Math.min(keepFirst, contextLength);
  const last = Math.min(keepLast, contextLength - first);
  const others = contextLength - first - last;
  const sampled = Math.min(sampledKeys, others);
  return Array.from({ length: heads }, (_, head) => {
    const own = scores.subarray(head * contextLength, (head + 1) * contextLength);
    const exempt = [...own.subarray(0, first), ...own.subarray(contextLength - last)];
    const sample = Array.from(
      { length: sampled },
      (__, i) => own[first + Math.floor(((2 * i + 1) * others) / (2 * sampled))]!,
    );
    const top = Math.max(...exempt, ...sample);
    const mass = (of: readonly number[]) => of.reduce((sum, x) => sum + Math.exp(x - top), 0);
    const scaled = sampled > 0 ? (mass(sample) * others) / sampled : 0;
    return top + Math.log(mass(exempt) + scaled) - estimateMargin;
  });
}

/** One-pass sifting at ln θ that make the exact rule's `logThresholds` of it: [sequence][query head]. NaN stands for −∞. */
export async function checkSampledAt(
  rig: AttentionRig,
  attentionCase: AttentionCase,
  logThresholds: readonly (readonly number[])[],
): Promise<CheckedStep> {
  const { options } = attentionCase;
  const { keepFirst, keepLast, droppedMass } = options;
  const full = judgementsOf(attentionCase, () => ({ kind: "full" }));
  const estimates = full.map(({ oracle }) => estimatesOf(oracle, options));
  const above = (z: number, head: number) =>
    estimates[z]![head]! - full[z]!.oracle.logSumExp[head]!;
  const given = logThresholds.map((heads, z) =>
    heads.map((x, head) => Math.fround(x - above(z, head))),
  );
  const known = given.map((heads, z) =>
    heads.map((x, head) => (Number.isNaN(x) ? Number.NEGATIVE_INFINITY : x + above(z, head))),
  );
  rig.load(attentionCase);
  rig.write("logThresholds", Float32Array.from(given.flat()));
  rig.write("valueSums", visibleSums(attentionCase));
  const step = stepOf(attentionCase);
  const result = await rig.run((attention, pass, binding) => {
    attention.recordSifted(pass, binding, step);
  });
  const ruleOf = (z: number): KeepRule => {
    return { kind: "sift", logThresholds: known[z]!, keepFirst, keepLast, droppedMass };
  };
  const judgements = judgementsOf(attentionCase, ruleOf);
  const checked = judgeStep(attentionCase, judgements, result);
  const told = full.flatMap(({ oracle, twin }, z) => {
    const bound = roundingBound(oracle.scores, twin.scores);
    const { queryHeads } = options.geometry;
    return estimates[z]!.flatMap((estimate, head) => {
      const got = result.estimates![z * queryHeads + head]!;
      const isNear = Math.abs(got - estimate) <= bound;
      const open = isDecided(judgements[z]!, known[z]!) ? [] : ["a weight lies on its threshold"];
      return isNear ? open : [`estimate: expected ${estimate}, got ${got}`];
    });
  });
  return { ...checked, complaints: [...checked.complaints, ...told] };
}

/** One-pass sifting to about a fraction of the keys against the oracle. */
export async function checkSampled(
  rig: AttentionRig,
  attentionCase: AttentionCase,
  fraction: number,
): Promise<CheckedStep> {
  const gaps = gapsOf(attentionCase, fraction);
  const thresholds = gaps.map((heads) => heads.map(({ logThreshold }) => logThreshold));
  return await checkSampledAt(rig, attentionCase, thresholds);
}
