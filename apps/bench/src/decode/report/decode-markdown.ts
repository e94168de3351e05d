import type { MeasuredAdapter } from "../../kernels/report/kernel-record.ts";
import type { Spread } from "../run/spread.ts";
import { decodeCommandOf } from "./decode-command-of.ts";
import type { DecodeRecord } from "./decode-record.ts";
import type { DecodeSpeedRow, ProfileRow } from "./decode-row.ts";

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const grouped = (count: number): string => count.toLocaleString("en-US");
const unique = <Value>(values: readonly Value[]): Value[] => [...new Set(values)];
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
const megabytes = (bytes: number): string => `${grouped(Math.round(bytes / 1e6))} MB`;

/** Three significant digits, whole from a hundred on. */
const short = (value: number): string =>
  value >= 100 ? grouped(Math.round(value)) : value.toPrecision(3);

const spreadText = ({ median, p10, p90 }: Spread): string =>
  `**${short(median)}** (${short(p10)}–${short(p90)})`;

/** The report for people: for each model its decode speed, batches, prefill, memory and profile. */
export function decodeMarkdown(record: DecodeRecord): string {
  const { adapter, leftOut } = record;
  return [
    `# Decode of whole models: ${adapter ? adapterName(adapter) : "nothing measured"}`,
    "",
    ...(adapter?.isSoftware
      ? ["**Software adapter: these times mean nothing; only the structure is shown.**", ""]
      : []),
    "```sh",
    decodeCommandOf(record.settings),
    "```",
    "",
    ...record.protocol.map((sentence) => `- ${sentence}`),
    "",
    ...record.models.flatMap(({ model }) => modelLines(record, model)),
    ...(leftOut.length > 0
      ? ["## Not measured", "", ...leftOut.map((each) => `- ${each.case}: ${each.reason}`), ""]
      : []),
  ].join("\n");
}

function adapterName({ description, vendor, architecture, device }: MeasuredAdapter): string {
  const names = [device, description, `${vendor} ${architecture}`.trim()];
  return names.find((name) => name) ?? "a GPU";
}

function modelLines(record: DecodeRecord, name: string): string[] {
  const model = record.models.find((each) => each.model === name)!;
  const rows = record.rows.filter((each) => each.model === name);
  const profiles = record.profiles.filter((each) => each.model === name);
  return [
    `## ${name}`,
    "",
    `${grouped(model.parameters)} parameters, ${model.weightType}; ${model.memoryPlan}. ${model.description}. Opened in ${short(model.openMs)} ms, first token after ${short(model.firstTokenMs)} ms.`,
    "",
    ...speedLines(
      record,
      rows.filter(({ batch }) => batch === 1),
    ),
    ...batchLines(
      record,
      rows.filter(({ batch }) => batch > 1),
    ),
    ...prefillLines(record, name),
    ...profiles.flatMap(profileLines),
    ...(profiles.length > 0 ? [""] : []),
  ];
}

function speedLines({ contestants }: DecodeRecord, rows: readonly DecodeSpeedRow[]): string[] {
  if (rows.length === 0) return [];
  const contexts = unique(rows.map(({ context }) => context)).toSorted((a, b) => a - b);
  const peers = contestants.filter(({ model }) => model === undefined || model === rows[0]!.model);
  return [
    row(["tokens/s", ...contexts.map((context) => contextTitle(rows, context))]),
    row(["---", ...contexts.map(() => "---:")]),
    ...unique(rows.map(({ method }) => method)).map((method) =>
      row([
        method,
        ...contexts.map((context) =>
          cellText(rows.find((each) => each.method === method && each.context === context)),
        ),
      ]),
    ),
    ...peers.map((peer) =>
      row([
        peer.contestant,
        ...contexts.map((context) => peerCell(peer.rows, { context, batch: 1 })),
      ]),
    ),
    row([
      "GPU memory, full",
      ...contexts.map((context) => {
        const found = rows.find((each) => each.context === context)!;
        return `${megabytes(found.liveBytes)}, ${megabytes(found.kvBytes)} of it keys and values`;
      }),
    ]),
    "",
  ];
}

function contextTitle(rows: readonly DecodeSpeedRow[], context: number): string {
  const isPlanted = rows.some((each) => each.context === context && each.isPlanted);
  return `${grouped(context)}${isPlanted ? ", planted" : ""}`;
}

function cellText(found: DecodeSpeedRow | undefined): string {
  if (!found) return "";
  const union = found.method === "full" ? "" : `, ${percent(found.keptUnion)}`;
  return `${spreadText(found.tokensPerSecond)}${union}`;
}

function peerCell(
  rows: DecodeRecord["contestants"][number]["rows"],
  { context, batch }: { readonly context: number; readonly batch: number },
): string {
  const found = rows.find((each) => each.contextLength === context && each.batch === batch);
  if (!found) return "";
  const { decodeTokensPerSecond, decodeLowest, decodeHighest } = found;
  return `**${short(decodeTokensPerSecond)}** (${short(decodeLowest)}–${short(decodeHighest)})`;
}

function batchLines({ contestants }: DecodeRecord, rows: readonly DecodeSpeedRow[]): string[] {
  if (rows.length === 0) return [];
  const batches = unique(rows.map(({ batch }) => batch)).toSorted((a, b) => a - b);
  const { context } = rows[0]!;
  return [
    row([
      `tokens/s of all, context ${grouped(context)}`,
      ...batches.map((batch) => `batch ${batch}`),
    ]),
    row(["---", ...batches.map(() => "---:")]),
    ...unique(rows.map(({ method }) => method)).map((method) =>
      row([
        method,
        ...batches.map((batch) =>
          cellText(rows.find((each) => each.method === method && each.batch === batch)),
        ),
      ]),
    ),
    ...contestants
      .filter((peer) => peer.rows.some(({ batch }) => batch > 1))
      .map((peer) =>
        row([peer.contestant, ...batches.map((batch) => peerCell(peer.rows, { context, batch }))]),
      ),
    "",
  ];
}

function prefillLines({ prefills, contestants }: DecodeRecord, name: string): string[] {
  const own = prefills.filter(({ model }) => model === name);
  if (own.length === 0) return [];
  return own.flatMap(({ context, tokensPerSecond, firstTokenMs }) => [
    `Prefill of ${grouped(context)} tokens: ${spreadText(tokensPerSecond)} tokens/s, first token after ${spreadText(firstTokenMs)} ms.`,
    ...contestants.flatMap((peer) => {
      const found = peer.rows.find((each) => each.contextLength === context && each.batch === 1);
      const speed = found && short(found.prefillTokensPerSecond);
      return speed ? [`${peer.contestant}: **${speed}** tokens/s.`] : [];
    }),
    "",
  ]);
}

function profileLines(profile: ProfileRow): string[] {
  const { context, method, keptUnion, stepUs, partsUs } = profile;
  const parts = Object.entries(partsUs);
  const sum = parts.reduce((total, [, { median }]) => total + median, 0);
  const texts = parts.map(
    ([part, { median }]) => `${part} ${short(median)} (${percent(median / sum)})`,
  );
  return [
    `- Profile at ${grouped(context)}, ${method}, union ${percent(keptUnion)}: step ${spreadText(stepUs)} µs on the device; parts by themselves ${short(sum)}: ${texts.join(", ")}.`,
  ];
}
