import { percent } from "../report/format-cell.ts";
import type { LawFit, LawRecord } from "./law-record.ts";
import { type LawSummary, summariseLaws } from "./law-summary.ts";

const row = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;

const HEADINGS = [
  "law",
  "holds",
  "scatter",
  "drift",
  "β: 5 %, median, 95 %",
  "R²: 5 %, median, 95 %",
  "ln θ off, median",
  "rows in band",
];

const list = (values: readonly number[]): string =>
  values.map((value) => value.toFixed(2)).join(", ");

/** The cells of one summary under `LAW_HEADINGS`. */
export function lawCells(summary: LawSummary): string[] {
  return [
    summary.variant,
    `${summary.holding} of ${summary.heads}`,
    String(summary.scattered),
    String(summary.drifting),
    list(summary.exponent),
    list(summary.rSquared),
    summary.absoluteLogBias.toFixed(2),
    percent(summary.insideBand),
  ];
}

export const LAW_HEADINGS: readonly string[] = HEADINGS;

/** The tables that people read: each way to fit over all heads, then the heads where the first one fails. */
export function lawMarkdown(record: LawRecord): string {
  const summaries = summariseLaws(record);
  const parts = record.texts.flatMap(({ text, tokens, promptTokens, fittedTokens }) =>
    record.settings.quantiles.flatMap((quantile) => [
      `## ${text}, τ ${quantile}`,
      "",
      `${tokens} tokens, ${promptTokens} of them the prompt; held out: rows past ${fittedTokens}.`,
      "",
      row(HEADINGS),
      row(HEADINGS.map((_, i) => (i === 0 ? "---" : "---:"))),
      ...summaries
        .filter((summary) => summary.text === text && summary.quantile === quantile)
        .map((summary) => row(lawCells(summary))),
      "",
      failingHeads(record, text, quantile),
      "",
    ]),
  );
  return [
    `# The power law in the heads of ${record.model.name}`,
    "",
    `Weights ${record.model.weightType}, SHA-256 \`${record.model.sha256.slice(0, 16)}…\`; ${record.model.backend}.`,
    "",
    ...record.protocol.map((sentence) => `- ${sentence}`),
    "",
    ...parts,
  ].join("\n");
}

function failingHeads({ fits, variants }: LawRecord, text: string, quantile: number): string {
  const variant = variants[0]!.name;
  const failing = fits.filter(
    (fit) =>
      fit.text === text &&
      fit.quantile === quantile &&
      fit.variant === variant &&
      fit.failures.length > 0,
  );
  if (failing.length === 0) return `Law on ${variant}: holds in every head.`;
  return `Law on ${variant}, where it does not hold (layer.head): ${failing.map(nameOf).join(", ")}.`;
}

const nameOf = ({ layer, head, failures }: LawFit): string =>
  `${layer}.${head} ${failures.join(" and ")}`;
