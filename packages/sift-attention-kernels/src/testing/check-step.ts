import type { KeepRule } from "@sift-attention/reference-attention";
import type { AttentionCase } from "./attention-case.ts";
import { type AttentionRig, type StepResult, stepOf, untouched } from "./attention-rig.ts";
import { type Gap, widestGaps } from "./gap-thresholds.ts";
import { isDecided, type Judgement, judgementOf, judgeSequence } from "./judge-step.ts";
import { oracleCall, twinCall, visibleSums } from "./oracle-call.ts";

/** A step that ran, what it was to give, and how the two differ beyond rounding. */
export interface CheckedStep {
  readonly result: StepResult;
  /** One a sequence. */
  readonly judgements: readonly Judgement[];
  readonly complaints: readonly string[];
}

/** What a step gave beside what it was to give, one judgement a sequence. */
export function judgeStep(
  attentionCase: AttentionCase,
  judgements: readonly Judgement[],
  result: StepResult,
): CheckedStep {
  const { options, sequences } = attentionCase;
  const complaints = judgements.flatMap((judgement, z) =>
    judgeSequence(options, z, judgement, result),
  );
  const { queryHeads, headDim } = options.geometry;
  const beyond = result.output.subarray(sequences.length * queryHeads * headDim);
  if (!beyond.every((x) => x === untouched)) complaints.push("wrote beyond the step's sequences");
  return { result, judgements, complaints };
}

/** The judgements of every sequence of a case under a rule. */
export function judgementsOf(
  attentionCase: AttentionCase,
  ruleOf: (z: number) => KeepRule,
): readonly Judgement[] {
  return attentionCase.sequences.map((_, z) =>
    judgementOf(
      { oracle: oracleCall(attentionCase, z), twin: twinCall(attentionCase, z) },
      ruleOf(z),
    ),
  );
}

/** Full attention against the oracle. */
export async function checkFull(
  rig: AttentionRig,
  attentionCase: AttentionCase,
): Promise<CheckedStep> {
  rig.load(attentionCase);
  const step = stepOf(attentionCase);
  const result = await rig.run((attention, pass, binding) => {
    attention.recordFull(pass, binding, step);
  });
  return judgeStep(
    attentionCase,
    judgementsOf(attentionCase, () => ({ kind: "full" })),
    result,
  );
}

function siftRule({ options }: AttentionCase, logThresholds: readonly number[]): KeepRule {
  const { keepFirst, keepLast, droppedMass } = options;
  return { kind: "sift", logThresholds, keepFirst, keepLast, droppedMass };
}

/** Sifting at given ln θ against the oracle: [sequence][query head]. NaN stands for −∞. */
export async function checkSiftedAt(
  rig: AttentionRig,
  attentionCase: AttentionCase,
  logThresholds: readonly (readonly number[])[],
): Promise<CheckedStep> {
  rig.load(attentionCase);
  rig.write("logThresholds", Float32Array.from(logThresholds.flat()));
  rig.write("valueSums", visibleSums(attentionCase));
  const step = stepOf(attentionCase);
  const result = await rig.run((attention, pass, binding) => {
    attention.recordSifted(pass, binding, step);
  });
  const rounded = logThresholds.map((heads) => heads.map((x) => Math.fround(x)));
  const known = rounded.map((heads) =>
    heads.map((x) => (Number.isNaN(x) ? Number.NEGATIVE_INFINITY : x)),
  );
  const judgements = judgementsOf(attentionCase, (z) => siftRule(attentionCase, known[z]!));
  const checked = judgeStep(attentionCase, judgements, result);
  const open = judgements.findIndex((judgement, z) => !isDecided(judgement, known[z]!));
  if (open === -1) return checked;
  return {
    ...checked,
    complaints: [...checked.complaints, `sequence ${open}: a weight lies on its threshold`],
  };
}

/** The widest gaps near a fraction of keys to keep: [sequence][query head]. */
export function gapsOf(
  attentionCase: AttentionCase,
  fraction: number,
): readonly (readonly Gap[])[] {
  return judgementsOf(attentionCase, () => ({ kind: "full" })).map(({ oracle }) =>
    widestGaps(oracle, fraction),
  );
}

/** Sifting to about a fraction of the keys against the oracle. */
export async function checkSifted(
  rig: AttentionRig,
  attentionCase: AttentionCase,
  fraction: number,
): Promise<CheckedStep> {
  const gaps = gapsOf(attentionCase, fraction);
  const thresholds = gaps.map((heads) => heads.map(({ logThreshold }) => logThreshold));
  return await checkSiftedAt(rig, attentionCase, thresholds);
}
