import type { GpuReport } from "@sift-attention/gpu";
import { bytesPerElement } from "@sift-attention/tensor";
import type { PlanLimits } from "../plan/attention-plan.ts";
import { chooseLanes } from "../plan/choose-lanes.ts";
import { headBlocks } from "../plan/head-blocks.ts";
import { type FitSubject, fitEntries } from "./fit-entries.ts";
import type { Tuning, TuningEntries } from "./tuning.ts";

type DeviceClass = "large" | "usual" | "software";

/** Knobs of a class for a geometry, lanes chosen for it. */
type ClassKnobs = (subject: FitSubject, lanes: number) => TuningEntries;

/** Visible keys, over all sequences of a step, whose key rows are as many bytes. */
function keysOfBytes({ geometry, kvType }: FitSubject, bytes: number): number {
  return Math.floor(bytes / (geometry.kvHeads * geometry.headDim * bytesPerElement[kvType]));
}

// Measured on an H200: as many workgroups as fit at once, fewer where the sums of more than four heads take the registers;
// and in attend rounds of 128 survivors, with a ring that leaves room for two workgroups a core.
const large: ClassKnobs = (subject, lanes) => {
  const isWide = headBlocks(subject.geometry).blockPitch > 4;
  return {
    scores: { lanes, rows: 4, workgroup: 128, workgroups: isWide ? 792 : 1056 },
    full: { lanes, rows: 4, workgroup: 128, workgroups: isWide ? 396 : 528 },
    attend: {
      lanes,
      rows: Math.min(lanes / 2, 8),
      workgroup: 256,
      workgroups: 264,
      tile: isWide ? 256 : 512,
    },
    merge: { columns: 16, rows: 16 },
    denseBelow: keysOfBytes(subject, subject.kvType === "i8" ? 13e6 : 26e6),
  };
};

// Not measured: what fills some thirty cores of eight resident workgroups, in 16 KiB of workgroup memory, with a tenth of
// the memory speed.
const usual: ClassKnobs = (subject, lanes) => ({
  scores: { lanes, rows: 4, workgroup: 128, workgroups: 256 },
  full: { lanes, rows: 4, workgroup: 128, workgroups: 256 },
  attend: { lanes, rows: 4, workgroup: 128, workgroups: 128, tile: 256 },
  merge: { columns: 16, rows: 8 },
  denseBelow: keysOfBytes(subject, 2e6),
});

// A processor runs few workgroups at once, and compiles unrolled loops slowly.
const software: ClassKnobs = (_, lanes) => ({
  scores: { lanes, rows: 2, workgroup: 32, workgroups: 16 },
  full: { lanes, rows: 2, workgroup: 32, workgroups: 16 },
  attend: { lanes, rows: 2, workgroup: 32, workgroups: 16, tile: 64 },
  merge: { columns: 8, rows: 4 },
  denseBelow: 0,
});

const classes: Readonly<Record<DeviceClass, ClassKnobs>> = { large, usual, software };

function classOf({ isSoftware, vendor }: GpuReport): DeviceClass {
  if (isSoftware) return "software";
  return vendor === "nvidia" ? "large" : "usual";
}

/** The tuning of a device that nothing was measured on, made to fit its limits. */
export function defaultTuning(report: GpuReport, subject: FitSubject, limits: PlanLimits): Tuning {
  const { geometry, kvType, variant } = subject;
  const entries = classes[classOf(report)](subject, chooseLanes(geometry, kvType, variant));
  return {
    version: 1,
    geometry,
    kvType,
    variant,
    entries: fitEntries(entries, subject, limits),
  };
}
