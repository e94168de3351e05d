import { type ConstantValues, defineKernel, type ShaderFile } from "@sift-attention/gpu";
import { partGrid } from "../kernels/part-grid.ts";
import { headRowFile, partsFile, rankFile } from "../kernels/shader-files.ts";
import { placeConstants, placeValues, rowChunk } from "../kernels/shared-constants.ts";
import type { AttentionPlan } from "../plan/attention-plan.ts";
import { type KernelGrid, type PlannedKernel, planKernel } from "../plan/planned-kernel.ts";
import countBinsText from "./count-bins.wgsl";
import cutSearchText from "./cut-search.wgsl";
import gatherBinText from "./gather-bin.wgsl";
import quantileCutText from "./quantile-cut.wgsl";
import scanSubgroupText from "./scan-subgroup.wgsl";
import scanWorkgroupText from "./scan-workgroup.wgsl";
import scoreBinsText from "./score-bins.wgsl";
import { type SelectKnobs, selectKnobs } from "./select-knobs.ts";
import spanText from "./span.wgsl";
import topKCutText from "./top-k-cut.wgsl";

const constants = {
  ...placeConstants,
  WORKGROUP: "u32",
  BIN_BITS: "u32",
  KEEP_FIRST: "u32",
  KEEP_LAST: "u32",
  FROM_LIGHTEST: "bool",
} as const;

const passConstants = {
  ...constants,
  ROUNDS: "u32",
  SELECT_WORKGROUPS: "u32",
  SCORE_WORKGROUPS: "u32",
  SCORE_CHUNK: "u32",
} as const;

const scanConstants = { TEAM: "u32", TEAM_BITS: "u32" } as const;
const searchConstants = {
  ...constants,
  ...scanConstants,
  CUT_BIN_BITS: "u32",
  CACHED: "u32",
} as const;

const spanFile = { name: "span.wgsl", text: spanText };
const binsFile = { name: "score-bins.wgsl", text: scoreBinsText };
const searchFile = { name: "cut-search.wgsl", text: cutSearchText };

/** What is selected: the k highest scores, or a place among the scores that are not exempt. */
type Purpose = "top-k" | "quantile";

/** How invocations of a workgroup sum what stands before them. */
function scanFile({ variant }: AttentionPlan): ShaderFile {
  if (variant.subgroupSize > 0) return { name: "scan-subgroup.wgsl", text: scanSubgroupText };
  return { name: "scan-workgroup.wgsl", text: scanWorkgroupText };
}

function scanFeatures({ variant }: AttentionPlan): readonly "subgroups"[] {
  return variant.subgroupSize > 0 ? ["subgroups"] : [];
}

function scanValues(
  { variant }: AttentionPlan,
  { workgroup }: SelectKnobs,
): ConstantValues<typeof scanConstants> {
  const team = Math.min(Math.max(variant.subgroupSize, 1), workgroup);
  return { TEAM: team, TEAM_BITS: Math.log2(team) };
}

function values(
  plan: AttentionPlan,
  knobs: SelectKnobs,
  purpose: Purpose,
): ConstantValues<typeof constants> {
  const isQuantile = purpose === "quantile";
  return {
    ...placeValues(plan),
    WORKGROUP: knobs.workgroup,
    BIN_BITS: knobs.binBits,
    KEEP_FIRST: isQuantile ? plan.options.keepFirst : 0,
    KEEP_LAST: isQuantile ? plan.options.keepLast : 0,
    FROM_LIGHTEST: isQuantile,
  };
}

function scoreValues(plan: AttentionPlan): {
  readonly SCORE_WORKGROUPS: number;
  readonly SCORE_CHUNK: number;
} {
  return { SCORE_WORKGROUPS: plan.scores.workgroups, SCORE_CHUNK: rowChunk(plan.scores) };
}

function passValues(
  plan: AttentionPlan,
  knobs: SelectKnobs,
  purpose: Purpose,
): ConstantValues<typeof passConstants> {
  return {
    ...values(plan, knobs, purpose),
    ...scoreValues(plan),
    ROUNDS: knobs.rounds,
    SELECT_WORKGROUPS: knobs.workgroups,
  };
}

function searchValues(
  plan: AttentionPlan,
  knobs: SelectKnobs,
  purpose: Purpose,
): ConstantValues<typeof searchConstants> {
  return {
    ...values(plan, knobs, purpose),
    ...scanValues(plan, knobs),
    CUT_BIN_BITS: knobs.cutBinBits,
    CACHED: knobs.cached,
  };
}

function passGrid(plan: AttentionPlan, { workgroup, rounds, workgroups }: SelectKnobs): KernelGrid {
  return partGrid(plan, workgroups, workgroup * rounds);
}

function planCount(plan: AttentionPlan, knobs: SelectKnobs, purpose: Purpose): PlannedKernel {
  const spec = defineKernel({
    name: `${purpose}-count`,
    files: [
      ...[headRowFile(plan), partsFile, spanFile, rankFile, binsFile],
      { name: "count-bins.wgsl", text: countBinsText },
    ],
    bindings: {
      sequences: "read",
      scores: "read",
      score_stats: "read",
      histograms: "read-write",
    },
    constants: passConstants,
  });
  return planKernel(spec, passValues(plan, knobs, purpose), passGrid(plan, knobs));
}

function planGather(plan: AttentionPlan, knobs: SelectKnobs, purpose: Purpose): PlannedKernel {
  const spec = defineKernel({
    name: `${purpose}-gather`,
    files: [
      ...[headRowFile(plan), partsFile, spanFile, rankFile, binsFile, scanFile(plan)],
      { name: "gather-bin.wgsl", text: gatherBinText },
    ],
    bindings: {
      sequences: "read",
      scores: "read",
      score_stats: "read",
      histograms: "read",
      candidates: "read-write",
    },
    constants: { ...passConstants, ...scanConstants },
    features: scanFeatures(plan),
  });
  const given = { ...passValues(plan, knobs, purpose), ...scanValues(plan, knobs) };
  return planKernel(spec, given, passGrid(plan, knobs));
}

function planTopKCut(plan: AttentionPlan, knobs: SelectKnobs): PlannedKernel {
  const { blockHeads, headBlocks } = plan.blocks;
  const spec = defineKernel({
    name: "top-k-cut",
    files: [
      ...[headRowFile(plan), partsFile, spanFile, rankFile, scanFile(plan), searchFile],
      { name: "top-k-cut.wgsl", text: topKCutText },
    ],
    bindings: {
      sequences: "read",
      scores: "read",
      histograms: "read-write",
      candidates: "read-write",
      cuts: "read-write",
    },
    constants: searchConstants,
    features: scanFeatures(plan),
  });
  return planKernel(spec, searchValues(plan, knobs, "top-k"), {
    x: () => blockHeads,
    y: headBlocks,
  });
}

function planQuantileCut(plan: AttentionPlan, knobs: SelectKnobs): PlannedKernel {
  const { blockHeads, headBlocks } = plan.blocks;
  const spec = defineKernel({
    name: "quantile-cut",
    files: [
      ...[headRowFile(plan), partsFile, spanFile, rankFile, scanFile(plan), searchFile],
      { name: "quantile-cut.wgsl", text: quantileCutText },
    ],
    bindings: {
      sequences: "read",
      scores: "read",
      score_stats: "read",
      histograms: "read-write",
      candidates: "read-write",
      quantiles: "read-write",
    },
    constants: { ...searchConstants, SCORE_WORKGROUPS: "u32", SCORE_CHUNK: "u32" },
    features: scanFeatures(plan),
  });
  const given = { ...searchValues(plan, knobs, "quantile"), ...scoreValues(plan) };
  return planKernel(spec, given, { x: () => blockHeads, y: headBlocks });
}

/** `cuts` of each query head's k highest scores, k being the sequence's rank: the dispatches behind the score pass. */
export function planTopKCuts(
  plan: AttentionPlan,
  knobs: SelectKnobs = selectKnobs(plan),
): readonly PlannedKernel[] {
  return [
    planCount(plan, knobs, "top-k"),
    planGather(plan, knobs, "top-k"),
    planTopKCut(plan, knobs),
  ];
}

/** `quantiles` of each query head's weights, exempt keys left out: the dispatches behind the score pass. */
export function planQuantiles(
  plan: AttentionPlan,
  knobs: SelectKnobs = selectKnobs(plan),
): readonly PlannedKernel[] {
  return [
    planCount(plan, knobs, "quantile"),
    planGather(plan, knobs, "quantile"),
    planQuantileCut(plan, knobs),
  ];
}
