import type { QualityRow } from "../quality/quality-row.ts";
import { percent, short, withError } from "./format-cell.ts";

/** A column of the table that people read. */
export interface Column {
  readonly heading: string;
  readonly cell: (row: QualityRow) => string;
}

export const QUALITY_COLUMNS: readonly Column[] = [
  { heading: "method", cell: (row) => row.method },
  { heading: "τ", cell: (row) => (row.quantile === null ? "" : String(row.quantile)) },
  {
    heading: "perplexity ratio",
    cell: (row) => withError(row.perplexityRatio, row.perplexityRatioError),
  },
  { heading: "KL mean", cell: (row) => short(row.klMean) },
  { heading: "KL 99 %", cell: (row) => short(row.klP99) },
  { heading: "KL max", cell: (row) => short(row.klMax) },
  { heading: "top-1", cell: (row) => percent(row.top1Agreement) },
  { heading: "nominal", cell: (row) => percent(row.keptNominal) },
  { heading: "kept", cell: (row) => percent(row.keptMean) },
  { heading: "since start", cell: (row) => percent(row.keptSinceStart ?? null) },
  { heading: "union", cell: (row) => percent(row.keptUnion) },
  { heading: "dropped mean", cell: (row) => short(row.droppedMassMean) },
  { heading: "99 %", cell: (row) => short(row.droppedMassP99) },
  { heading: "max", cell: (row) => short(row.droppedMassMax) },
  {
    heading: "output error",
    cell: ({ outputError }) => (outputError === null ? "" : short(outputError.mean)),
  },
  {
    heading: "of bound",
    cell: ({ outputError }) => (outputError === null ? "" : percent(outputError.boundUseMax)),
  },
  { heading: "redone", cell: ({ schedule }) => (schedule ? String(schedule.redos) : "") },
  { heading: "alarms", cell: ({ schedule }) => (schedule ? String(schedule.alarms) : "") },
  { heading: "value rows", cell: (row) => row.valueRowsRead.toFixed(0) },
  { heading: "value kB", cell: (row) => (row.valueBytesRead / 1000).toFixed(0) },
  { heading: "pass keys", cell: (row) => percent(row.passkeyAccuracy).replace(".0", "") },
];

/** Rows that belong under one heading. */
export interface RowGroup {
  readonly heading: string;
  readonly rows: readonly QualityRow[];
}

/** One group for each text and context, in order. */
export function groupRows(rows: readonly QualityRow[]): RowGroup[] {
  const groups = new Map<string, QualityRow[]>();
  for (const row of rows) {
    const heading = headingOf(row);
    groups.set(heading, [...(groups.get(heading) ?? []), row]);
  }
  return Array.from(groups, ([heading, members]) => ({ heading, rows: members }));
}

function headingOf({ text, context, tokens, windows, passkeySamples }: QualityRow): string {
  const passkeys = passkeySamples > 0 ? `, ${passkeySamples} pass keys` : "";
  return `${text}, context ${context}: ${tokens} positions in ${windows} ${windows === 1 ? "window" : "windows"}${passkeys}`;
}
