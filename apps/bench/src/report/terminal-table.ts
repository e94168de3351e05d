import type { QualityRow } from "../quality/quality-row.ts";
import { alignTable } from "./align-table.ts";
import { groupRows, QUALITY_COLUMNS } from "./quality-columns.ts";

/** The table for a terminal: one block for each text and context. */
export function terminalTable(rows: readonly QualityRow[]): string {
  const blocks = groupRows(rows).map((group) => {
    const headings = QUALITY_COLUMNS.map(({ heading }) => heading);
    const lines = group.rows.map((row) => QUALITY_COLUMNS.map(({ cell }) => cell(row)));
    return [group.heading, "", ...alignTable([headings, ...lines], "  ")].join("\n");
  });
  return `${blocks.join("\n\n")}\n`;
}
