import type { GpuReport } from "@sift-attention/gpu";
import { format } from "../expect-number.ts";
import type { PlanLimits } from "../plan/attention-plan.ts";
import { possibleLanes } from "../plan/choose-lanes.ts";
import { type HeadBlocks, headBlocks } from "../plan/head-blocks.ts";
import { statisticsRows } from "../plan/workgroup-bytes.ts";
import { SiftError } from "../sift-error.ts";
import { attendFits, type FitSubject, mergeFits, rowsFit } from "./fit-entries.ts";
import { adapterOf } from "./tuned-adapter.ts";
import type { AttendKnobs, MergeKnobs, RowKnobs, Tuning } from "./tuning.ts";

const again = "measure again with tuneSiftAttention, or leave tuning out";
const mostRows = 16;
const mostWorkgroups = 65535;
const leastWorkgroup = 32;
const mostKeys = 32; // keys of one invocation, a bit each

function refuse(where: string, expected: unknown, got: unknown): never {
  throw new SiftError(
    "invalid-option",
    `tuning: ${where}: expected ${expected}, got ${got}; ${again}`,
  );
}

function isPowerOfTwo(value: unknown, least: number, most: number): boolean {
  const number = value as number;
  const inRange = Number.isInteger(value) && number >= least && number <= most;
  return inRange && (number & (number - 1)) === 0;
}

function expectPower(where: string, value: unknown, least: number, most: number): void {
  if (isPowerOfTwo(value, least, most)) return;
  refuse(where, `a power of two, ${least} to ${most}`, format(value));
}

function expectCount(where: string, value: unknown, least: number, most: number): void {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return;
  refuse(where, `a whole number, ${least} to ${most}`, format(value));
}

function expectRows(name: string, knobs: RowKnobs, subject: FitSubject): void {
  const lanes = possibleLanes(subject.variant);
  if (!lanes.includes(knobs.lanes)) {
    refuse(`${name}.lanes`, `one of ${lanes.join(", ")}`, format(knobs.lanes));
  }
  expectPower(`${name}.rows`, knobs.rows, 1, mostRows);
  expectPower(`${name}.workgroup`, knobs.workgroup, leastWorkgroup, 1024);
  expectCount(`${name}.workgroups`, knobs.workgroups, 1, mostWorkgroups);
}

function expectAttend(knobs: AttendKnobs, subject: FitSubject, limits: PlanLimits): void {
  expectPower("attend.tile", knobs.tile, knobs.workgroup, knobs.workgroup * mostKeys);
  if (!attendFits(knobs, subject, limits)) refuseSize("attend", limits);
}

function expectMerge(knobs: MergeKnobs, blocks: HeadBlocks, limits: PlanLimits): void {
  expectPower("merge.columns", knobs.columns, blocks.blockPitch, 1024);
  expectPower("merge.rows", knobs.rows, 1, 1024);
  const least = statisticsRows * blocks.blockPitch;
  if (knobs.columns * knobs.rows < least) {
    refuse("merge", `columns times rows of at least ${least}`, knobs.columns * knobs.rows);
  }
  if (!mergeFits(knobs, blocks, limits)) refuseSize("merge", limits);
}

function refuseSize(name: string, { workgroupInvocations, workgroupBytes }: PlanLimits): never {
  refuse(
    name,
    `a kernel of at most ${workgroupInvocations} invocations and ${workgroupBytes} bytes of workgroup memory, and a text that is not too long`,
    "a larger one",
  );
}

function expectObject(where: string, value: unknown): void {
  if (value === null || typeof value !== "object") refuse(where, "an object", format(value));
}

/** Objects of plain JSON are alike when their texts are, whatever the order of their fields. */
function expectSame<T extends object>(where: string, expected: T, got: T): void {
  expectObject(where, got);
  for (const name of Object.keys(expected) as (keyof T & string)[]) {
    if (expected[name] === got[name]) continue;
    refuse(`${where}.${name}`, format(expected[name]), format(got[name]));
  }
}

function expectSubject(report: GpuReport, subject: FitSubject, tuning: Tuning): void {
  if (tuning.version !== 1) refuse("version", 1, format(tuning.version));
  if (tuning.adapter !== undefined) expectSame("adapter", adapterOf(report), tuning.adapter);
  const { queryHeads, kvHeads, headDim } = subject.geometry;
  expectSame("geometry", { queryHeads, kvHeads, headDim }, tuning.geometry);
  if (tuning.kvType !== subject.kvType) {
    refuse("kvType", format(subject.kvType), format(tuning.kvType));
  }
  expectSame("variant", subject.variant, tuning.variant);
}

/**
 * Refuses a tuning, of whatever JSON it came from, that was measured for something else or that the device cannot run.
 * @throws SiftError "invalid-option", naming the field.
 */
export function expectTuning(
  report: GpuReport,
  subject: FitSubject,
  tuning: Tuning,
  limits: PlanLimits,
): void {
  expectObject("it", tuning);
  expectSubject(report, subject, tuning);
  expectObject("entries", tuning.entries);
  const { entries } = tuning;
  for (const name of ["scores", "full", "attend"] as const) {
    expectObject(`entries.${name}`, entries[name]);
    expectRows(name, entries[name], subject);
  }
  if (!rowsFit(entries.scores, subject, limits)) refuseSize("scores", limits);
  if (!rowsFit(entries.full, subject, limits)) refuseSize("full", limits);
  expectAttend(entries.attend, subject, limits);
  expectObject("entries.merge", entries.merge);
  expectMerge(entries.merge, headBlocks(subject.geometry), limits);
  expectCount("denseBelow", entries.denseBelow, 0, Number.MAX_SAFE_INTEGER);
}
