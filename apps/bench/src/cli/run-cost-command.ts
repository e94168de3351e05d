import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { BenchError } from "../bench-error.ts";
import { costMarkdown } from "../cost/cost-markdown.ts";
import { type MeasuredSpeed, measuredSpeeds } from "../cost/measured-speed.ts";
import { reckonCost } from "../cost/reckon-cost.ts";
import { recordText } from "../report/record-text.ts";
import { writeFile } from "../report/write-file.ts";
import type { CliContext } from "./cli-context.ts";
import type { CostOptions } from "./cost-command.ts";
import { readJsonFile } from "./read-json-file.ts";
import { writeHtml } from "./write-html.ts";

/** Reckons prices from measured speeds. @throws BenchError for speeds that are missing or no pair. */
export async function runCostCommand(
  files: readonly string[],
  options: CostOptions,
  { stdout }: CliContext,
): Promise<void> {
  const given = givenSpeeds(options);
  const read = files.flatMap((path) => measuredSpeeds(basename(path), readJsonFile("cost", path)));
  if (given.length + read.length === 0) {
    throw new BenchError(
      "cost: expected files of bench decode, or --full-speed, --sift-speed and --context; got neither",
    );
  }
  const { price, warmup, warmupShare, answers, json, markdown, html } = options;
  const settings = { pricesPerHour: price, warmup, warmupShare, answers };
  const sources = [...files.map(describeFile), ...(given.length > 0 ? ["the command line"] : [])];
  const record = reckonCost([...read, ...given], settings, sources);
  const text = recordText(record);
  if (json !== undefined) writeFile(json, text);
  if (markdown === undefined) stdout.write(costMarkdown(record));
  else writeFile(markdown, costMarkdown(record));
  if (html !== undefined) await writeHtml(html, [{ name: json ?? "cost.json", text }]);
}

function describeFile(path: string): string {
  const digest = createHash("sha256").update(readFileSync(path)).digest("hex");
  return `${basename(path)} (SHA-256 ${digest.slice(0, 16)}…)`;
}

function givenSpeeds(options: CostOptions): MeasuredSpeed[] {
  const { fullSpeed, siftSpeed, context, batch, model } = options;
  const values = [fullSpeed, siftSpeed, context];
  if (values.every((value) => value === undefined)) return [];
  if (fullSpeed === undefined || siftSpeed === undefined || context === undefined) {
    throw new BenchError("cost: expected --full-speed, --sift-speed and --context together");
  }
  const at = { model, context, batch, keptUnion: null };
  return [
    { ...at, method: "full", tokensPerSecond: fullSpeed, source: "--full-speed" },
    { ...at, method: "sift", tokensPerSecond: siftSpeed, source: "--sift-speed" },
  ];
}
