import type { GenerationRow } from "../generation/generation-row.ts";
import { percent, short } from "./format-cell.ts";
import { markdownTable } from "./markdown-table.ts";
import { groupByMethod, methodCells } from "./method-groups.ts";

const HEADINGS = [
  "method",
  "τ",
  "first difference",
  "agreement",
  "KL along full",
  "top-1 along full",
  "self-perplexity",
  "full's own",
  "kept",
  "union",
] as const;

/** Texts written by each method, one table for each text and length: medians of first differences, means of the rest. */
export function generationSection(rows: readonly GenerationRow[]): string[] {
  const groups = new Map<string, GenerationRow[]>();
  for (const row of rows) {
    const key = `${row.text}, ${row.tokens} tokens after ${row.promptTokens}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups].flatMap(([name, members]) => [
    `## Written: ${name}, ${members.filter(({ method }) => method === "full").length} drawings`,
    "",
    ...markdownTable(HEADINGS, groupByMethod(members).map(generationCells)),
    "",
  ]);
}

function generationCells(rows: readonly GenerationRow[]): string[] {
  const mean = (value: (row: GenerationRow) => number): number =>
    rows.reduce((sum, row) => sum + value(row), 0) / rows.length;
  const differences = rows.map(({ firstDifference, tokens }) => firstDifference ?? tokens);
  return [
    ...methodCells(rows[0]!),
    String(differences.toSorted((a, b) => a - b)[Math.floor(rows.length / 2)]),
    percent(mean(({ agreement }) => agreement)),
    short(mean(({ klMean }) => klMean)),
    percent(mean(({ top1Agreement }) => top1Agreement)),
    mean(({ selfPerplexity }) => selfPerplexity).toFixed(2),
    mean(({ fullSelfPerplexity }) => fullSelfPerplexity).toFixed(2),
    percent(mean(({ keptMean }) => keptMean)),
    percent(mean(({ keptUnion }) => keptUnion)),
  ];
}
