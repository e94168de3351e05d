import type { PlanLimits } from "../plan/attention-plan.ts";
import type { HeadBlocks } from "../plan/head-blocks.ts";
import {
  attendKernelBytes,
  mergeKernelBytes,
  rowKernelBytes,
  statisticsRows,
} from "../plan/workgroup-bytes.ts";
import type { AttendKnobs, MergeKnobs, RowKnobs, TuningEntries } from "./tuning.ts";

const leastWorkgroup = 32; // statistics of eight heads are written by as many invocations

/** Whether a kernel of rows fits a device. */
export function rowsFit(knobs: RowKnobs, blocks: HeadBlocks, limits: PlanLimits): boolean {
  return (
    knobs.workgroup <= limits.workgroupInvocations &&
    rowKernelBytes(blocks, knobs) <= limits.workgroupBytes
  );
}

/** Whether the attend kernel fits a device. */
export function attendFits(knobs: AttendKnobs, blocks: HeadBlocks, limits: PlanLimits): boolean {
  return (
    knobs.workgroup <= limits.workgroupInvocations &&
    attendKernelBytes(blocks, knobs) <= limits.workgroupBytes
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

function halveWorkgroup<Knobs extends RowKnobs>(knobs: Knobs): Knobs {
  return { ...knobs, workgroup: knobs.workgroup / 2 };
}

function fitRows(knobs: RowKnobs, blocks: HeadBlocks, limits: PlanLimits): RowKnobs {
  let fitted = knobs;
  while (!rowsFit(fitted, blocks, limits) && fitted.rows > 1) {
    fitted = { ...fitted, rows: fitted.rows / 2 };
  }
  while (!rowsFit(fitted, blocks, limits) && fitted.workgroup > leastWorkgroup) {
    fitted = halveWorkgroup(fitted);
  }
  return fitted;
}

function fitAttend(knobs: AttendKnobs, blocks: HeadBlocks, limits: PlanLimits): AttendKnobs {
  let fitted = knobs;
  while (!attendFits(fitted, blocks, limits) && fitted.tile > leastWorkgroup) {
    if (fitted.tile > fitted.workgroup) fitted = { ...fitted, tile: fitted.tile / 2 };
    else if (fitted.rows > 1) fitted = { ...fitted, rows: fitted.rows / 2 };
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
  blocks: HeadBlocks,
  limits: PlanLimits,
): TuningEntries {
  return {
    scores: fitRows(entries.scores, blocks, limits),
    full: fitRows(entries.full, blocks, limits),
    attend: fitAttend(entries.attend, blocks, limits),
    merge: fitMerge(entries.merge, blocks, limits),
    denseBelow: entries.denseBelow,
  };
}
