import {
  type DecodeResult,
  type KeepRule,
  logWeightQuantiles,
  roundingBound,
} from "@sift-attention/reference-attention";
import type { DecodeSequence } from "../decode-sequence.ts";
import type { AttentionCase } from "./attention-case.ts";
import { type AttentionRig, type Recording, type StepResult, stepOf } from "./attention-rig.ts";
import { type CheckedStep, judgementsOf, judgeStep } from "./check-step.ts";
import { type Judgement, logWeightBound } from "./judge-step.ts";
import { visibleSums } from "./oracle-call.ts";

/** Log weights of a head, heaviest first. */
function sortedWeights({ logWeights, keptSet }: DecodeResult, head: number): Float64Array {
  const start = head * keptSet.contextLength;
  return logWeights
    .slice(start, start + keptSet.contextLength)
    .sort()
    .reverse();
}

/** The k near a fraction of the keys at which the narrowest gap of all heads is widest, and that gap. */
export function clearestCount(
  result: DecodeResult,
  fraction: number,
): { readonly k: number; readonly gap: number } {
  const { heads, contextLength } = result.keptSet;
  const weights = Array.from({ length: heads }, (_, head) => sortedWeights(result, head));
  const wanted = Math.max(1, Math.round(fraction * contextLength));
  const reach = Math.max(4, contextLength >> 3);
  let best = { k: contextLength, gap: 0 };
  for (let k = Math.max(1, wanted - reach); k < Math.min(contextLength, wanted + reach); k++) {
    const gap = Math.min(...weights.map((sorted) => sorted[k - 1]! - sorted[k]!));
    if (gap > best.gap) best = { k, gap };
  }
  return best;
}

/** A case whose sequences carry what `packSequences` makes ranks of. */
function withRanks(
  attentionCase: AttentionCase,
  rankOf: (z: number) => Pick<DecodeSequence, "keptKeys" | "quantile">,
): AttentionCase {
  const sequences = attentionCase.sequences.map((each, z) => ({ ...each, ...rankOf(z) }));
  return { ...attentionCase, sequences };
}

async function runLoaded(
  rig: AttentionRig,
  attentionCase: AttentionCase,
  record: Recording,
): Promise<StepResult> {
  rig.load(attentionCase);
  rig.write("valueSums", visibleSums(attentionCase));
  return await rig.run(record);
}

/** Top-k of about a fraction of the keys against the oracle. */
export async function checkTopK(
  rig: AttentionRig,
  attentionCase: AttentionCase,
  fraction: number,
): Promise<CheckedStep> {
  const full = judgementsOf(attentionCase, () => ({ kind: "full" }));
  const counts = full.map(({ oracle }) => clearestCount(oracle, fraction));
  const ranked = withRanks(attentionCase, (z) => ({ keptKeys: counts[z]!.k }));
  const step = stepOf(ranked);
  const result = await runLoaded(rig, ranked, (attention, pass, binding) => {
    attention.recordTopK(pass, binding, step);
  });
  const { droppedMass } = attentionCase.options;
  const ruleOf = (z: number): KeepRule => ({ kind: "top-k", k: counts[z]!.k, droppedMass });
  const checked = judgeStep(ranked, judgementsOf(ranked, ruleOf), result);
  const open = full.findIndex(
    (judgement, z) =>
      counts[z]!.k < judgement.oracle.keptSet.contextLength &&
      counts[z]!.gap <= 2 * logWeightBound(judgement),
  );
  const told =
    open === -1 ? [] : [`sequence ${open}: keys on both sides of the cut weigh the same`];
  return { ...checked, complaints: [...checked.complaints, ...told] };
}

/** Where the quantiles of a sequence leave what rounding allows. */
function judgeQuantiles(
  { options }: AttentionCase,
  quantile: number,
  { judgement, got }: { readonly judgement: Judgement; readonly got: Float32Array },
): readonly string[] {
  const { keepFirst, keepLast } = options;
  const exact = logWeightQuantiles(judgement.oracle, { quantile, keepFirst, keepLast });
  const bound = roundingBound(judgement.oracle.logWeights, judgement.twin.logWeights);
  const isRight = exact.every((expected, head) =>
    Number.isNaN(expected) ? Number.isNaN(got[head]) : Math.abs(got[head]! - expected) <= bound,
  );
  return isRight ? [] : [`quantiles: expected ${exact.join(" ")}, got ${got.join(" ")}`];
}

/** The quantiles against the oracle; with `isFull` also the full attention that the same call computes. */
export async function checkQuantiles(
  rig: AttentionRig,
  attentionCase: AttentionCase,
  { quantile, isFull }: { readonly quantile: number; readonly isFull: boolean },
): Promise<CheckedStep> {
  const ranked = withRanks(attentionCase, () => ({ quantile }));
  const step = stepOf(ranked);
  const result = await runLoaded(rig, ranked, (attention, pass, binding) => {
    if (isFull) attention.recordFullWithQuantiles(pass, binding, step);
    else attention.recordQuantiles(pass, binding, step);
  });
  const judgements = judgementsOf(ranked, () => ({ kind: "full" }));
  const { queryHeads } = attentionCase.options.geometry;
  const complaints = judgements.flatMap((judgement, z) => {
    const got = result.quantiles.subarray(z * queryHeads, (z + 1) * queryHeads);
    return judgeQuantiles(attentionCase, quantile, { judgement, got }).map(
      (complaint) => `sequence ${z}: ${complaint}`,
    );
  });
  const full = isFull ? judgeStep(ranked, judgements, result).complaints : [];
  return { result, judgements, complaints: [...complaints, ...full] };
}
