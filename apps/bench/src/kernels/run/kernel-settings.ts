import { SHAPES } from "../cases/attention-shape.ts";
import type { BenchKvType } from "../cases/kernel-case.ts";
import { KERNEL_NAMES, type KernelName } from "./kernel-name.ts";

/** What `bench kernels` measures and how; plain data, part of the record. */
export interface KernelSettings {
  /** How keys and values are stored. */
  readonly kvType: BenchKvType;
  readonly shapes: readonly string[];
  readonly batches: readonly number[];
  readonly contexts: readonly number[];
  /** Kept fractions of the union, in (0, 1]. */
  readonly fractions: readonly number[];
  readonly kernels: readonly KernelName[];
  /** Timed passes of each contestant, ≥ 15 for a figure worth quoting. */
  readonly samples: number;
  /** Steps of one compute pass, ≥ 8 for a figure worth quoting; null chooses by the size of the case. */
  readonly stepsPerSample: number | null;
  /** Of the device, before the first sample of each case. */
  readonly warmUpMs: number;
  /** The last cache, in MB (10⁶ bytes); buffer sets are counted by it. */
  readonly cacheMb: number;
  /** For keys and values of all buffer sets, in GB (10⁹ bytes). */
  readonly memoryGb: number;
  /** Keys of a case that the float64 oracle recomputes before anything is timed. */
  readonly checkKeys: number;
  /** Features that no browser has: f16 arithmetic on NVIDIA, subgroup matrices. */
  readonly experimental: boolean;
  /** After it no further case is begun; null without a limit. */
  readonly budgetSeconds: number | null;
}

export const DEFAULT_SETTINGS: KernelSettings = {
  kvType: "f16",
  shapes: SHAPES.map(({ name }) => name),
  batches: [1, 8, 32],
  contexts: [131072, 65536, 16384, 8192, 4096, 1024],
  fractions: [0.5, 0.25, 0.125, 0.05],
  kernels: KERNEL_NAMES,
  samples: 21,
  stepsPerSample: null,
  warmUpMs: 300,
  cacheMb: 60,
  memoryGb: 12,
  checkKeys: 2048,
  experimental: false,
  budgetSeconds: null,
};
