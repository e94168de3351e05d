import type { AttentionGeometry } from "@sift-attention/tensor";
import type { PlanLimits } from "../plan/attention-plan.ts";
import { type HeadBlocks, headBlocks } from "../plan/head-blocks.ts";
import { kvWidth } from "../plan/kv-width.ts";
import {
  attendKernelBytes,
  mergeKernelBytes,
  rowKernelBytes,
  sampledKernelBytes,
  statisticsRows,
} from "../plan/workgroup-bytes.ts";
import type { KvType } from "../sift-attention-options.ts";
import type { Variant } from "../variant.ts";
import type { AttendKnobs, MergeKnobs, RowKnobs, TuningEntries } from "./tuning.ts";

const leastWorkgroup = 32; // statistics of eight heads are written by as many invocations
const mostTeams = 16; // of a workgroup: each adds to the text that sums them up
const mostRowSums = 1024; // products of one invocation between two loads, which are written out one by one

/** What the knobs are fitted to. */
export interface FitSubject {
  readonly geometry: AttentionGeometry;
  readonly kvType: KvType;
  readonly variant: Variant;
}

/** Whether the shader's text, in which loops over rows and sums are written out, stays within what compilers take. */
function isShort(knobs: RowKnobs, { geometry, kvType, variant }: FitSubject): boolean {
  const team = Math.min(variant.subgroupSize || 16, 32);
  if (knobs.workgroup > mostTeams * team) return false;
  const width = kvWidth({ geometry, kvType });
  const laneWords = Math.ceil(geometry.headDim / width / knobs.lanes);
  return knobs.rows * laneWords * width * headBlocks(geometry).blockHeads <= mostRowSums;
}

/** Whether a kernel of rows fits a device. */
export function rowsFit(knobs: RowKnobs, subject: FitSubject, limits: PlanLimits): boolean {
  return (
    isShort(knobs, subject) &&
    knobs.workgroup <= limits.workgroupInvocations &&
    rowKernelBytes(subject, knobs) <= limits.workgroupBytes
  );
}

/** Whether the attend kernel fits a device. */
export function attendFits(knobs: AttendKnobs, subject: FitSubject, limits: PlanLimits): boolean {
  return (
    isShort(knobs, subject) &&
    knobs.workgroup <= limits.workgroupInvocations &&
    attendKernelBytes(headBlocks(subject.geometry), knobs) <= limits.workgroupBytes
  );
}

/** Whether the merge kernel fits a device, and has the invocations that it needs. */
export function mergeFits(knobs: MergeKnobs, blocks: HeadBlocks, limits: PlanLimits): boolean {
  const invocations = knobs.columns * knobs.rows;
  return (
    invocations >= statisticsRows * blocks.blockPitch &&
    invocations <= limits.workgroupInvocations &&
    mergeKernelBytes(blocks, knobs) <= limits.workgroupBytes
  );
}

function halveRows<Knobs extends RowKnobs>(knobs: Knobs): Knobs {
  return { ...knobs, rows: knobs.rows / 2 };
}

function halveWorkgroup<Knobs extends RowKnobs>(knobs: Knobs): Knobs {
  return { ...knobs, workgroup: knobs.workgroup / 2 };
}

function fitRows(knobs: RowKnobs, subject: FitSubject, limits: PlanLimits): RowKnobs {
  let fitted = knobs;
  while (!rowsFit(fitted, subject, limits) && fitted.workgroup > 2 * leastWorkgroup) {
    fitted = halveWorkgroup(fitted);
  }
  while (!rowsFit(fitted, subject, limits) && fitted.rows > 1) fitted = halveRows(fitted);
  return fitted;
}

function fitAttend(knobs: AttendKnobs, subject: FitSubject, limits: PlanLimits): AttendKnobs {
  let fitted = knobs;
  while (!attendFits(fitted, subject, limits) && fitted.tile > leastWorkgroup) {
    const isTeamful = fitted.workgroup > 2 * leastWorkgroup;
    if (!isShort({ ...fitted, rows: 1 }, subject) && isTeamful) fitted = halveWorkgroup(fitted);
    else if (!isShort(fitted, subject) && fitted.rows > 1) fitted = halveRows(fitted);
    else if (fitted.tile > fitted.workgroup) fitted = { ...fitted, tile: fitted.tile / 2 };
    else fitted = { ...halveWorkgroup(fitted), tile: fitted.tile / 2 };
  }
  return fitted;
}

/** The attend kernel's knobs, made smaller until the one-pass sift fits. */
export function fitSampled(
  knobs: AttendKnobs,
  subject: FitSubject,
  { workgroupBytes }: PlanLimits,
): AttendKnobs {
  let fitted = knobs;
  while (sampledKernelBytes(subject, fitted) > workgroupBytes && fitted.tile > leastWorkgroup) {
    if (fitted.tile > fitted.workgroup) fitted = { ...fitted, tile: fitted.tile / 2 };
    else fitted = { ...halveWorkgroup(fitted), tile: fitted.tile / 2 };
  }
  return fitted;
}

/** At least as many columns as a block has heads, and as many rows as its statistics take. */
function fitMerge(knobs: MergeKnobs, blocks: HeadBlocks, limits: PlanLimits): MergeKnobs {
  const columns = Math.max(knobs.columns, blocks.blockPitch);
  const leastRows = Math.ceil((statisticsRows * blocks.blockPitch) / columns);
  let rows = Math.max(knobs.rows, leastRows);
  while (!mergeFits({ columns, rows }, blocks, limits) && rows > leastRows) rows /= 2;
  return { columns, rows };
}

/** Knobs made smaller until the device can run them. */
export function fitEntries(
  entries: TuningEntries,
  subject: FitSubject,
  limits: PlanLimits,
): TuningEntries {
  return {
    scores: fitRows(entries.scores, subject, limits),
    full: fitRows(entries.full, subject, limits),
    attend: fitAttend(entries.attend, subject, limits),
    merge: fitMerge(entries.merge, headBlocks(subject.geometry), limits),
    denseBelow: entries.denseBelow,
  };
}
