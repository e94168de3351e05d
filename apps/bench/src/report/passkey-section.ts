import type { PasskeyRow } from "../quality/passkey-row.ts";
import { percent } from "./format-cell.ts";
import { markdownTable } from "./markdown-table.ts";
import { methodCells } from "./method-groups.ts";

/** Where keys were found: one table for each text, context and number of keys, a column for each depth. */
export function passkeySection(heading: string, rows: readonly PasskeyRow[]): string[] {
  const groups = new Map<string, PasskeyRow[]>();
  for (const row of rows) {
    const key = `${row.text}, context ${row.context}, ${row.keys} ${row.keys === 1 ? "key" : "keys"}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups].flatMap(([name, members]) => [
    `## ${heading}: ${name}`,
    "",
    ...markdownTable(
      ["method", "τ", "found", "kept", "union", ...wantedDepths(members).map(depthHeading)],
      members.map(passkeyCells),
    ),
    "",
  ]);
}

const depthHeading = (depth: number): string => `depth ${percent(depth)}`;

/** Samples go through the wanted depths, again for each seed. */
function depthCount({ samples }: PasskeyRow): number {
  return samples.length / new Set(samples.map(({ seed }) => seed)).size;
}

function wantedDepths(rows: readonly PasskeyRow[]): number[] {
  const count = depthCount(rows[0]!);
  return Array.from({ length: count }, (_, i) => (i + 0.5) / count);
}

function passkeyCells(row: PasskeyRow): string[] {
  const count = depthCount(row);
  const byDepth = Array.from({ length: count }, (_, i) => {
    const samples = row.samples.filter((_, at) => at % count === i);
    return `${samples.filter(({ found }) => found).length}/${samples.length}`;
  });
  return [
    ...methodCells(row),
    percent(row.accuracy),
    percent(row.keptMean),
    percent(row.keptUnion),
    ...byDepth,
  ];
}
