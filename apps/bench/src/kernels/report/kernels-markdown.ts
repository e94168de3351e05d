import type { KernelRecord, MeasuredAdapter } from "./kernel-record.ts";
import { type KernelTable, kernelTables, type TableCell } from "./kernel-table.ts";
import { kernelsCommandOf } from "./kernels-command-of.ts";
import { type JudgedTarget, judgeTargets } from "./targets.ts";

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const grouped = (count: number): string => count.toLocaleString("en-US");

/** Three significant digits, whole from a hundred on. */
const micro = (us: number): string => (us >= 100 ? us.toFixed(0) : us.toPrecision(3));

function cellText(cell: TableCell | undefined): string {
  if (!cell) return "";
  const floor = cell.ofFloor === undefined ? "" : `, ${(100 * cell.ofFloor).toFixed(0)} %`;
  return `**${micro(cell.medianUs)}** (${micro(cell.p10Us)}–${micro(cell.p90Us)})${floor}`;
}

function tableLines({ contexts, lines }: KernelTable): string[] {
  return [
    row(["µs a step", ...contexts.map(grouped)]),
    row(["---", ...contexts.map(() => "---:")]),
    ...lines.map(({ method, cells }) => row([method, ...cells.map(cellText)])),
  ];
}

function verdictText({ verdict, failedAt }: JudgedTarget): string {
  return verdict === "fail" ? `**fail** at ${failedAt.map(grouped).join(", ")}` : verdict;
}

function targetLines(record: KernelRecord, table: KernelTable): string[] {
  const judged = judgeTargets(record, table);
  return [
    row(["ratio", "goal", "by context", "verdict"]),
    row(["---", "---", "---", "---"]),
    ...judged.map((target) => {
      const ratios = target.ratios.map(
        ({ context, ratio }) => `${grouped(context)}: ${ratio.toFixed(2)}`,
      );
      return row([target.name, target.limit, ratios.join("; "), verdictText(target)]);
    }),
  ];
}

function adapterName({ description, vendor, architecture, device }: MeasuredAdapter): string {
  return [device, description, `${vendor} ${architecture}`.trim()].find((name) => name) ?? "a GPU";
}

function adapterLine(adapter: MeasuredAdapter): string {
  const { vendor, architecture, description, subgroupMinSize, subgroupMaxSize } = adapter;
  const sizes = [...new Set([subgroupMinSize, subgroupMaxSize])].filter((size) => size > 0);
  const subgroups = sizes.length > 0 ? `subgroups of ${sizes.join(" to ")}` : "no subgroups";
  const name = `${vendor} ${architecture}`.trim();
  return `${[name, description, subgroups].filter((part) => part).join("; ")}.`;
}

function listed(heading: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`## ${heading}`, "", ...lines.map((line) => `- ${line}`), ""];
}

function peerLines({ contestantRuns }: KernelRecord): string[] {
  return contestantRuns.map(
    ({ device, versions }) => `\`${JSON.stringify(device)}\`, \`${JSON.stringify(versions)}\``,
  );
}

/** The report for people: a table for each shape and batch, and the goals judged from it. */
export function kernelsMarkdown(record: KernelRecord): string {
  const { adapter, failures, leftOut } = record;
  const name = (each: { shape: string; batch: number; context: number }): string =>
    `${each.shape}, batch ${each.batch}, context ${grouped(each.context)}`;
  const warning = adapter.isSoftware
    ? ["**Software adapter: these times mean nothing; only the structure is shown.**", ""]
    : [];
  return [
    `# Decode attention kernels: ${adapterName(adapter)}`,
    "",
    adapterLine(adapter),
    "",
    ...warning,
    "```sh",
    kernelsCommandOf(record.settings),
    "```",
    "",
    ...record.protocol.map((sentence) => `- ${sentence}`),
    "",
    ...kernelTables(record).flatMap((table) => [
      `## ${table.shape}, batch ${table.batch}`,
      "",
      ...tableLines(table),
      "",
      ...(adapter.isSoftware ? [] : [...targetLines(record, table), ""]),
    ]),
    ...listed(
      "Wrong results, not timed",
      failures.map(
        (each) => `${name(each)}: ${each.kernel} ${100 * each.fraction} %: ${each.error}`,
      ),
    ),
    ...listed(
      "Not measured",
      leftOut.map((each) => `${name(each)}: ${each.reason}`),
    ),
    ...listed("Peers", peerLines(record)),
  ].join("\n");
}
