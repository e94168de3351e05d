import type { GpuReport } from "@sift-attention/gpu";
import type { Tuning } from "@sift-attention/sift-attention-kernels";
import type { KernelSettings } from "../run/kernel-settings.ts";
import type { KernelFailure, KernelRow, LeftOutCase } from "./kernel-row.ts";
import type { PeerRow, PeerRun } from "./peer-run.ts";

/** The device, as the record names it. */
export interface MeasuredAdapter {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** Whether the processor did the work: then no time means anything. */
  readonly isSoftware: boolean;
  readonly subgroupMinSize: number;
  readonly subgroupMaxSize: number;
  readonly maxStorageBufferBindingSize: number;
  readonly features: readonly string[];
}

/** The file that programs read. */
export interface KernelRecord {
  readonly adapter: MeasuredAdapter;
  readonly settings: KernelSettings;
  /** How to read the numbers. */
  readonly protocol: readonly string[];
  /** Knobs that the kernels ran with, by shape. */
  readonly tunings: Readonly<Record<string, Tuning>>;
  readonly rows: readonly KernelRow[];
  /** Contestants that computed something wrong and were not timed. */
  readonly failures: readonly KernelFailure[];
  readonly leftOut: readonly LeftOutCase[];
  /** Rows of other programs on the same device. */
  readonly contestants: readonly PeerRow[];
  /** What those programs were. */
  readonly contestantRuns: readonly PeerRun[];
}

export function measuredAdapter(report: GpuReport): MeasuredAdapter {
  return {
    vendor: report.vendor,
    architecture: report.architecture,
    device: report.device,
    description: report.description,
    isSoftware: report.isSoftware,
    subgroupMinSize: report.subgroupMinSize,
    subgroupMaxSize: report.subgroupMaxSize,
    maxStorageBufferBindingSize: report.limits.maxStorageBufferBindingSize ?? 0,
    features: report.features,
  };
}
