import type { KernelName } from "./kernel-name.ts";

/** One step of one method, encoded again and again. */
export interface Contestant {
  readonly kernel: KernelName;
  /** Share of the value rows that its method reads, in (0, 1]. */
  readonly fraction: number;
  /** Where one kernel is launched in several ways: which one this is. */
  readonly variant?: string;
  /** Encodes what must happen before a pass of it and is not timed: copies its thresholds into place. */
  prepare(encoder: GPUCommandEncoder): void;
  /** Encodes one step over a buffer set. */
  record(pass: GPUComputePassEncoder, set: number): void;
  /** Where a step writes no output: the step that does, and is right only when this one is. */
  recordProof?(pass: GPUComputePassEncoder, set: number): void;
}

/** Its name in messages. */
export function contestantName({ kernel, fraction, variant }: Contestant): string {
  const share = fraction === 1 ? "" : `, ${100 * fraction} %`;
  return `${kernel}${share}${variant ? ` (${variant})` : ""}`;
}
