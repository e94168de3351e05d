import type { KernelName } from "../run/kernel-name.ts";
import { type CaseKey, findRow, hasUnion, isOfCase } from "./find-row.ts";
import { floorUs } from "./floor-us.ts";
import type { KernelRecord } from "./kernel-record.ts";
import type { KernelRow } from "./kernel-row.ts";
import type { PeerRow } from "./peer-run.ts";

/** Rows of one shape and batch as people read them: a line for each method, a column for each context. */
export interface KernelTable {
  readonly shape: string;
  readonly batch: number;
  readonly contexts: readonly number[];
  readonly lines: readonly TableLine[];
}

export interface TableLine {
  readonly method: string;
  /** One a context; undefined where it was not measured. */
  readonly cells: readonly (TableCell | undefined)[];
}

export interface TableCell {
  readonly medianUs: number;
  readonly p10Us: number;
  readonly p90Us: number;
  /** Floor over time; undefined where no plain read of that case was measured. */
  readonly ofFloor: number | undefined;
}

const LABELS: Readonly<Record<KernelName, string>> = {
  "read-keys": "plain read of K",
  "read-keys-values": "plain read of K and V",
  scores: "score pass",
  full: "full",
  "top-k": "top-k",
  sifted: "sifted",
  "sifted-lowest": "sifted, lowest threshold",
  "sifted-default": "sifted, default gate",
  "sifted-sampled": "sifted in one pass",
};

const unique = <Value>(values: readonly Value[]): Value[] => [...new Set(values)];

function share(row: PeerRow | KernelRow, fractions: readonly number[]): string {
  if (row.keptUnion === 1) return "";
  const nominal = fractions.find((fraction) => hasUnion(row, fraction));
  const percent = 100 * (nominal ?? row.keptUnion);
  return ` ${Number(percent.toFixed(1))} %`;
}

function isOurs(row: PeerRow | KernelRow): row is KernelRow {
  return "floorUs" in row;
}

/** The line that a row stands in: the default gate's own, whatever it kept. */
function methodOf(row: PeerRow | KernelRow, fractions: readonly number[]): string {
  if (!isOurs(row)) return `${row.kernel}${share(row, fractions)} (peer)`;
  if (row.kernel === "sifted-default") return LABELS[row.kernel];
  return `${LABELS[row.kernel]}${share(row, fractions)}`;
}

/** One table for each shape and batch, in the order of the rows. */
export function kernelTables(record: KernelRecord): KernelTable[] {
  const groups = unique(record.rows.map(({ shape, batch }) => JSON.stringify([shape, batch])));
  return groups.map((group) => {
    const [shape, batch] = JSON.parse(group) as [string, number];
    return kernelTable(record, shape, batch);
  });
}

function kernelTable(record: KernelRecord, shape: string, batch: number): KernelTable {
  const { fractions } = record.settings;
  const isHere = (row: CaseKey): boolean => row.shape === shape && row.batch === batch;
  const ours = record.rows.filter(isHere);
  const contexts = unique(ours.map(({ context }) => context)).toSorted((a, b) => a - b);
  const peers = record.contestants.filter((row) => isHere(row) && contexts.includes(row.context));
  const rows = [...ours, ...peers];
  const lines = unique(rows.map((row) => methodOf(row, fractions))).map((method) => {
    const members = rows.filter((row) => methodOf(row, fractions) === method);
    const cells = contexts.map((context) => {
      const row = members.find((member) => isOfCase(member, { shape, batch, context }));
      return row && cellOf(record, row);
    });
    return { method, cells };
  });
  return { shape, batch, contexts, lines };
}

function cellOf(record: KernelRecord, row: PeerRow | KernelRow): TableCell {
  const { medianUs, p10Us, p90Us } = row;
  const floor = isOurs(row) ? row.floorUs : peerFloor(record, row);
  return { medianUs, p10Us, p90Us, ofFloor: floor === undefined ? undefined : floor / medianUs };
}

/** The floor of a peer's attention by the plain reads of ours in the same case. */
function peerFloor(record: KernelRecord, row: PeerRow): number | undefined {
  const keys = findRow(record, row, "read-keys");
  const both = findRow(record, row, "read-keys-values");
  if (!keys || !both || /read|copy|scores/.test(row.kernel)) return undefined;
  const reads = { keysUs: keys.medianUs, keysAndValuesUs: both.medianUs };
  return floorUs("sifted", row.keptUnion, reads);
}
