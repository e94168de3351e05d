import type { PlanLimits } from "../plan/attention-plan.ts";
import type { HeadBlocks } from "../plan/head-blocks.ts";
import { attendBytes, rowBytes } from "../plan/workgroup-bytes.ts";
import type { AttendKnobs, MergeKnobs, RowKnobs, TuningEntries } from "./tuning.ts";

const leastRoundBytes = 4096; // beside the survivors, for adding the slots up
const leastWorkgroup = 32; // three statistics of eight heads are written by as many invocations

/** Whether a kernel of rows fits a device. */
export function rowsFit(knobs: RowKnobs, blocks: HeadBlocks, limits: PlanLimits): boolean {
  return (
    knobs.workgroup <= limits.workgroupInvocations &&
    rowBytes(blocks, knobs) <= limits.workgroupBytes
  );
}

/** Whether the attend kernel fits a device. */
export function attendFits(knobs: AttendKnobs, blocks: HeadBlocks, limits: PlanLimits): boolean {
  return (
    knobs.workgroup <= limits.workgroupInvocations &&
    attendBytes(blocks, knobs) + leastRoundBytes <= limits.workgroupBytes
  );
}

function fitRows(knobs: RowKnobs, blocks: HeadBlocks, limits: PlanLimits): RowKnobs {
  let fitted = knobs;
  while (!rowsFit(fitted, blocks, limits) && fitted.rows > 1) {
    fitted = { ...fitted, rows: fitted.rows / 2 };
  }
  while (!rowsFit(fitted, blocks, limits) && fitted.workgroup > leastWorkgroup) {
    fitted = { ...fitted, workgroup: fitted.workgroup / 2 };
  }
  return fitted;
}

function fitAttend(knobs: AttendKnobs, blocks: HeadBlocks, limits: PlanLimits): AttendKnobs {
  let fitted = knobs;
  while (!attendFits(fitted, blocks, limits) && fitted.tile > leastWorkgroup) {
    const tile = fitted.tile / 2;
    fitted = { ...fitted, tile, workgroup: Math.min(fitted.workgroup, tile) };
  }
  return fitted;
}

/** A head block's numbers stand beside one another in the columns. */
function fitMerge(knobs: MergeKnobs, blocks: HeadBlocks, limits: PlanLimits): MergeKnobs {
  const columns = Math.max(knobs.columns, blocks.blockPitch);
  const rows = Math.min(
    knobs.rows,
    2 ** Math.floor(Math.log2(limits.workgroupInvocations / columns)),
  );
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
