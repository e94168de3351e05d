import type { BreakEvenRow, CostRecord, PriceRow } from "./cost-record.ts";

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const grouped = (count: number): string => count.toLocaleString("en-US");

/** Three significant digits. */
export const price = (value: number): string =>
  value >= 100 ? grouped(Math.round(value)) : value.toPrecision(3);

/** "64 tokens", "every answer", "none". */
export function breakEvenText({ tokens }: Pick<BreakEvenRow, "tokens">): string {
  if (tokens === null) return "none";
  return tokens === 0 ? "every answer" : `from ${grouped(tokens)} tokens`;
}

/** Prices and break-evens as people read them. */
export function costMarkdown({
  settings,
  sources,
  protocol,
  prices,
  breakEvens,
}: CostRecord): string {
  const { pricesPerHour, warmup, warmupShare, answers } = settings;
  const headings = ["model", "context", "batch", "method"];
  const cells = ({ model, context, batch, method }: PriceRow | BreakEvenRow): string[] => [
    model,
    grouped(context),
    String(batch),
    method,
  ];
  const rule = (count: number): string =>
    row(Array.from({ length: count }, (_, i) => (i === 0 ? "---" : "---:")));
  return [
    "# What a million tokens cost",
    "",
    `Speeds from ${sources.join(", ")}; a warmup of ${warmup} steps at ${Math.round(100 * warmupShare)} % of full attention's speed.`,
    "",
    ...protocol.map((sentence) => `- ${sentence}`),
    "",
    row([
      ...headings,
      "tokens/s",
      ...pricesPerHour.map((perHour) => `at ${perHour} an hour`),
      "of full",
    ]),
    rule(headings.length + 2 + pricesPerHour.length),
    ...prices.map((entry) =>
      row([
        ...cells(entry),
        price(entry.tokensPerSecond),
        ...entry.perMillion.map(price),
        entry.ofFull === null ? "" : entry.ofFull.toFixed(3),
      ]),
    ),
    "",
    "## Which answers sifting makes cheaper",
    "",
    row([
      ...headings,
      "pays",
      ...answers.map((tokens) => `cost of ${grouped(tokens)} tokens, of full`),
    ]),
    rule(headings.length + 1 + answers.length),
    ...breakEvens.map((entry) =>
      row([
        ...cells(entry),
        breakEvenText(entry),
        ...entry.ofFull.map((share) => share.toFixed(3)),
      ]),
    ),
    "",
  ].join("\n");
}
