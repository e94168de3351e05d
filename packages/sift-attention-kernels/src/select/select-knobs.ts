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
  /** Candidates of a head that are kept in workgroup memory while they are searched. */
  readonly cached: number;
}

const greatestBinBits = 10; // measured: finer bins cost more to add up than their fewer candidates save
const leastBinBits = 7;
const laneBits = 2; // log2 of the bins that an invocation sums, at least: they are read in words of four
const otherBytes = 2048; // what the histogram's kernel and the search hold beside what is reckoned here
const greatestWorkgroup = 512; // measured: 1,024 invocations wait longer for each other
const laneCached = 8; // candidates of an invocation: as many as it has in flight when they are read

function largestPowerOfTwo(limit: number): number {
  return 2 ** Math.floor(Math.log2(limit));
}

/** Twice as many invocations as the attend kernel has: a workgroup pays for its histogram once. */
function workgroupOf({ blocks, limits, attend }: AttentionPlan): number {
  const mostForBins = blocks.blockPitch * 2 ** (greatestBinBits - laneBits);
  return largestPowerOfTwo(
    Math.min(greatestWorkgroup, 2 * attend.workgroup, limits.workgroupInvocations, mostForBins),
  );
}

/** What of workgroup memory the bins, the statistics and the sums of a search leave for candidates. */
function cachedCandidates({ limits }: AttentionPlan, workgroup: number): number {
  const bytes = limits.workgroupBytes - otherBytes - workgroup * (4 * 2 ** laneBits + 8 + 4);
  return Math.min(laneCached * workgroup, largestPowerOfTwo(bytes / 4));
}

/** Sizes that fit the device's limits, as measured on an H200 around the attend kernel's. */
export function selectKnobs(plan: AttentionPlan): SelectKnobs {
  const { blocks, limits, attend } = plan;
  const workgroup = workgroupOf(plan);
  const cutBinBits = Math.log2(workgroup) + laneBits;
  const mostBins = (limits.workgroupBytes - otherBytes) / (4 * blocks.blockHeads);
  const mostBits = Math.min(greatestBinBits, cutBinBits, Math.floor(Math.log2(mostBins)));
  return {
    workgroup,
    workgroups: Math.ceil((attend.workgroups * attend.workgroup) / workgroup),
    rounds: Math.ceil(attend.rows * Math.max(1 / 2, 2 / blocks.blockPitch)),
    binBits: Math.max(leastBinBits, mostBits),
    cutBinBits,
    cached: cachedCandidates(plan, workgroup),
  };
}
