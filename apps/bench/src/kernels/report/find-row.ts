import type { KernelName } from "../run/kernel-name.ts";
import type { KernelRecord } from "./kernel-record.ts";
import type { KernelRow } from "./kernel-row.ts";
import type { PeerRow } from "./peer-run.ts";

/** Which case. */
export interface CaseKey {
  readonly shape: string;
  readonly batch: number;
  readonly context: number;
}

export function isOfCase(row: CaseKey, { shape, batch, context }: CaseKey): boolean {
  return row.shape === shape && row.batch === batch && row.context === context;
}

/** Whether a row's share of value rows is this fraction, rounded to whole keys. */
export function hasUnion(row: PeerRow | KernelRow, fraction: number): boolean {
  const rounding = Math.max(0.5, 1 - fraction * row.context) / row.context;
  return Math.abs(row.keptUnion - fraction) <= rounding + 1e-6;
}

/** A row of ours, of any union where `fraction` is not given. */
export function findRow(
  { rows }: KernelRecord,
  key: CaseKey,
  kernel: KernelName,
  fraction?: number,
): KernelRow | undefined {
  return rows.find(
    (row) =>
      isOfCase(row, key) &&
      row.kernel === kernel &&
      (fraction === undefined || hasUnion(row, fraction)),
  );
}

/** A row of another program. */
export function findPeer(
  { contestants }: KernelRecord,
  key: CaseKey,
  kernel: string,
): PeerRow | undefined {
  return contestants.find((row) => isOfCase(row, key) && row.kernel === kernel);
}
