import { METHODS } from "../methods/methods.ts";
import type { QualityRow } from "../quality/quality-row.ts";
import { atEqualRows } from "./at-equal-rows.ts";
import { commandOf } from "./command-of.ts";
import { percent, short } from "./format-cell.ts";
import { generationSection } from "./generation-section.ts";
import { markdownTable } from "./markdown-table.ts";
import { passkeySection } from "./passkey-section.ts";
import { groupRows, QUALITY_COLUMNS } from "./quality-columns.ts";
import type { QualityRecord } from "./quality-record.ts";
import { shiftSection } from "./shift-section.ts";

/** Share of the value rows at which methods are set side by side. */
const EQUAL_ROWS = 0.25;

/** The report for people: what was measured, how, and one table for each text and context. */
export function markdownReport(record: QualityRecord): string {
  const { model, settings, protocol, rows } = record;
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
    ...methodLines(record),
    ...groupRows(rows).flatMap((group) => [
      `## ${group.heading}`,
      "",
      ...qualityTable(group.rows),
      "",
      ...equalRowsTable(group.rows),
    ]),
    ...passkeySection("Pass keys", record.passkeys),
    ...passkeySection("Needles", record.needles),
    ...generationSection(record.generations),
    ...shiftSection(record.shifts),
  ].join("\n");
}

/** What the names in the tables mean. */
function methodLines({ settings }: QualityRecord): string[] {
  const named = METHODS.filter(({ name }) => name === "full" || settings.methods.includes(name));
  return [...named.map(({ name, description }) => `- \`${name}\`: ${description}`), ""];
}

function qualityTable(rows: readonly QualityRow[]): string[] {
  return markdownTable(
    QUALITY_COLUMNS.map(({ heading }) => heading),
    rows.map((row) => QUALITY_COLUMNS.map(({ cell }) => cell(row))),
  );
}

/** Nothing where no two τ of a method lie around the share. */
function equalRowsTable(rows: readonly QualityRow[]): string[] {
  const found = atEqualRows(rows, EQUAL_ROWS)
    .filter(({ klMean }) => klMean !== null)
    .sort((a, b) => a.klMean! - b.klMean!);
  if (found.length === 0) return [];
  return [
    `KL where ${percent(EQUAL_ROWS)} of the value rows are read, on the line of ln KL over ln union between two τ:`,
    "",
    ...markdownTable(
      ["method", "KL mean", "between τ"],
      found.map(({ method, klMean, between }) => [method, short(klMean!), between!.join(" and ")]),
    ),
    "",
  ];
}
