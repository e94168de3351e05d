import type { AttentionPlan } from "../plan/attention-plan.ts";

/** What the kernels of a selection are sized by. */
export interface SelectKnobs {
  /** Invocations of a workgroup. */
  readonly workgroup: number;
  /** Workgroups of a whole dispatch that the sequences are split for. */
  readonly workgroups: number;
  /** Keys in flight per invocation. */
  readonly rounds: number;
  /** log2 of the bins of the histogram over all keys. */
  readonly binBits: number;
  /** log2 of the bins of the search among the candidates. */
  readonly cutBinBits: number;
}

const laneBits = 2; // log2 of the bins that an invocation adds up
const leastBinBits = 7;
const otherBytes = 2048; // what the kernels hold beside the histogram

/** Sizes that fit the device's limits. Finer bins leave fewer candidates, and cost every workgroup more to add up. */
export function selectKnobs({ blocks, limits, attend }: AttentionPlan): SelectKnobs {
  const { workgroup, workgroups } = attend;
  const cutBinBits = Math.log2(workgroup) + laneBits;
  const bytes = limits.workgroupBytes - otherBytes;
  const most = Math.floor(Math.log2(bytes / (4 * blocks.blockHeads)));
  const binBits = Math.max(leastBinBits, Math.min(cutBinBits, most));
  return { workgroup, workgroups, rounds: 4, binBits, cutBinBits };
}
