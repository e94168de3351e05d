import type { QualityRow } from "../quality/quality-row.ts";
import { commandOf } from "./command-of.ts";
import { groupRows, QUALITY_COLUMNS } from "./quality-columns.ts";
import type { QualityRecord } from "./quality-record.ts";

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

function table(rows: readonly QualityRow[]): string[] {
  return [
    row(QUALITY_COLUMNS.map(({ heading }) => heading)),
    row(QUALITY_COLUMNS.map((_, i) => (i === 0 ? "---" : "---:"))),
    ...rows.map((entry) => row(QUALITY_COLUMNS.map(({ cell }) => cell(entry)))),
  ];
}

/** The report for people: what was measured, how, and one table for each text and context. */
export function markdownReport({ model, settings, protocol, rows }: QualityRecord): string {
  const parts = groupRows(rows).flatMap((group) => [
    `## ${group.heading}`,
    "",
    ...table(group.rows),
    "",
  ]);
  return [
    `# Quality of ${model.name}`,
    "",
    `Weights ${model.weightType}, SHA-256 \`${model.sha256.slice(0, 16)}…\`; ${model.backend}.`,
    "",
    "```sh",
    commandOf(settings),
    "```",
    "",
    ...protocol.map((sentence) => `- ${sentence}`),
    "",
    ...parts,
  ].join("\n");
}
