import type { KernelName } from "../run/kernel-name.ts";

/** Medians of the plain reads of a case, microseconds. */
export interface PlainReads {
  readonly keysUs: number;
  readonly keysAndValuesUs: number;
}

/**
 * How long a plain read of the rows takes that no implementation can avoid: all keys, and the value rows of the union.
 * Between a read of the keys and one of keys and values it grows evenly with the rows, which is what memory does; the
 * cost of starting a dispatch is in both.
 */
export function floorUs(kernel: KernelName, keptUnion: number, reads: PlainReads): number {
  const readsKeysOnly = kernel === "read-keys" || kernel === "scores";
  const values = readsKeysOnly ? 0 : keptUnion;
  return reads.keysUs + values * (reads.keysAndValuesUs - reads.keysUs);
}
