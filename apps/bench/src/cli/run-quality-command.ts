import { join } from "node:path";
import { openModel } from "@sift-attention/model-runtime";
import { modelFacts } from "@sift-attention/tales-28m";
import { defaultText } from "../default-text.ts";
import { digestModel } from "../model/digest-model.ts";
import { digestRuntime } from "../model/digest-runtime.ts";
import { locateModel } from "../model/locate-model.ts";
import { runQuality } from "../quality/run-quality.ts";
import { markdownReport } from "../report/markdown-report.ts";
import { type QualityRecord, qualityRecord } from "../report/quality-record.ts";
import { terminalTable } from "../report/terminal-table.ts";
import { writeFile } from "../report/write-file.ts";
import { CellStore } from "../store/cell-store.ts";
import type { CliContext } from "./cli-context.ts";
import { createProgressBar } from "./create-progress-bar.ts";
import { findBackend } from "./find-backend.ts";
import type { QualityOptions } from "./quality-command.ts";
import { qualitySettingsOf } from "./quality-settings-of.ts";
import { readTexts } from "./read-texts.ts";

/** What differs between the programs that measure quality. */
export interface QualityProgram {
  /** SHA-256 of the runtime's code. */
  readonly digest?: () => string;
  /** Takes the record when it is written. @returns what it wrote. */
  readonly onRecord?: (record: QualityRecord) => Promise<readonly string[]>;
}

/** Measures, prints the table, and writes it as JSON and Markdown. */
export async function runQualityCommand(
  options: QualityOptions,
  { stdout, stderr, signal }: CliContext,
  { digest = digestRuntime, onRecord }: QualityProgram = {},
): Promise<void> {
  const backend = findBackend(options.backend);
  const settings = qualitySettingsOf(options);
  const texts = readTexts(options.text ?? [defaultText]);
  const { name, path } = await locateModel(options.model ?? modelFacts.name, signal);
  const modelDigest = await digestModel(path);
  const store = new CellStore(join(options.out, "cells"), { fresh: options.fresh ?? false });
  const threads = options.threads === undefined ? {} : { threads: options.threads };
  const model = await openModel(path, { backend, signal, ...threads });
  try {
    const input = {
      model,
      modelName: name,
      modelDigest,
      runtimeDigest: digest(),
      texts,
      settings,
      store,
      progress: createProgressBar(stderr),
      signal,
    };
    const record = qualityRecord(input, await runQuality(input));
    stdout.write(terminalTable(record.rows));
    const written = [...writeReports(record, options), ...((await onRecord?.(record)) ?? [])];
    stderr.write(`\nWritten: ${written.join(", ")}\n`);
  } finally {
    await model.dispose();
  }
}

/** The table as JSON and Markdown: always in the folder of the run, elsewhere where asked. @returns the paths. */
function writeReports(record: QualityRecord, { out, json, markdown }: QualityOptions): string[] {
  const files: [string, string][] = [];
  const jsonText = qualityText(record);
  for (const path of [join(out, "quality.json"), json]) if (path) files.push([path, jsonText]);
  const report = markdownReport(record);
  for (const path of [join(out, "quality.md"), markdown]) if (path) files.push([path, report]);
  for (const [path, text] of files) writeFile(path, text);
  return files.map(([path]) => path);
}

/** The record as its file has it. */
export function qualityText(record: QualityRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}
