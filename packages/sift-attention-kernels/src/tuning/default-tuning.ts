import type { GpuReport } from "@sift-attention/gpu";
import type { PlanLimits } from "../plan/attention-plan.ts";
import { chooseLanes } from "../plan/choose-lanes.ts";
import { type FitSubject, fitEntries } from "./fit-entries.ts";
import type { Tuning, TuningEntries } from "./tuning.ts";

type DeviceClass = "large" | "usual" | "software";

/** Knobs of a class, lanes left to the geometry. */
type ClassKnobs = (lanes: number) => TuningEntries;

// Measured on an H200 at 128 dimensions of f16, four query heads per KV head.
const large: ClassKnobs = (lanes) => ({
  scores: { lanes, rows: 4, workgroup: 128, workgroups: 1056 },
  full: { lanes, rows: 4, workgroup: 128, workgroups: 528 },
  attend: { lanes, rows: 8, workgroup: 256, workgroups: 264, tile: 512 },
  merge: { columns: 16, rows: 16 },
  denseBelow: 0,
});

// Not measured: what fills some thirty cores of eight resident workgroups, in 16 KiB of workgroup memory.
const usual: ClassKnobs = (lanes) => ({
  scores: { lanes, rows: 4, workgroup: 128, workgroups: 256 },
  full: { lanes, rows: 4, workgroup: 128, workgroups: 256 },
  attend: { lanes, rows: 4, workgroup: 128, workgroups: 128, tile: 256 },
  merge: { columns: 16, rows: 8 },
  denseBelow: 0,
});

// A processor runs few workgroups at once, and compiles unrolled loops slowly.
const software: ClassKnobs = (lanes) => ({
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
  const entries = classes[classOf(report)](chooseLanes(geometry, kvType, variant));
  return {
    version: 1,
    geometry,
    kvType,
    variant,
    entries: fitEntries(entries, subject, limits),
  };
}
