import type { KernelRecord } from "./kernel-record.ts";
import type { PeerFile, PeerRow } from "./peer-run.ts";

const identity = ({ shape, batch, context, kernel, keptUnion }: PeerRow): string =>
  JSON.stringify([shape, batch, context, kernel, keptUnion]);

/** The record with another program's rows among its contestants; rows of the same case and kernel are replaced. */
export function mergePeers(
  record: KernelRecord,
  { device, versions, rows }: PeerFile,
): KernelRecord {
  const fresh = new Set(rows.map(identity));
  const kept = record.contestants.filter((row) => !fresh.has(identity(row)));
  const run = { device, versions };
  const isKnown = record.contestantRuns.some(
    (other) => JSON.stringify(other) === JSON.stringify(run),
  );
  return {
    ...record,
    contestants: [...kept, ...rows],
    contestantRuns: isKnown ? record.contestantRuns : [...record.contestantRuns, run],
  };
}
