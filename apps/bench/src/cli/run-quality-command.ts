import { basename, join } from "node:path";
import { openModel } from "@sift-attention/model-runtime";
import { modelPath } from "@sift-attention/tales-28m";
import { defaultText } from "../default-text.ts";
import { digestModel } from "../model/digest-model.ts";
import { digestRuntime } from "../model/digest-runtime.ts";
import { runQuality } from "../quality/run-quality.ts";
import { markdownReport } from "../report/markdown-report.ts";
import { qualityRecord } from "../report/quality-record.ts";
import { terminalTable } from "../report/terminal-table.ts";
import { writeFile } from "../report/write-file.ts";
import { CellStore } from "../store/cell-store.ts";
import type { CliContext } from "./cli-context.ts";
import { createProgressBar } from "./create-progress-bar.ts";
import type { QualityOptions } from "./quality-command.ts";
import { qualitySettingsOf } from "./quality-settings-of.ts";
import { readTexts } from "./read-texts.ts";

/** Measures, prints the table, and writes it as JSON and Markdown. */
export async function runQualityCommand(
  options: QualityOptions,
  { stdout, stderr, signal }: CliContext,
): Promise<void> {
  const settings = qualitySettingsOf(options);
  const texts = readTexts(options.text ?? [defaultText]);
  const path = options.model ?? modelPath();
  const modelDigest = await digestModel(path);
  const store = new CellStore(join(options.out, "cells"), { fresh: options.fresh ?? false });
  const threads = options.threads === undefined ? {} : { threads: options.threads };
  const model = await openModel(path, { backend: "cpu", signal, ...threads });
  try {
    const input = {
      model,
      modelName: basename(path).replace(/\.gguf$/, ""),
      modelDigest,
      runtimeDigest: digestRuntime(),
      texts,
      settings,
      store,
      progress: createProgressBar(stderr),
      signal,
    };
    const record = qualityRecord(input, await runQuality(input));
    stdout.write(terminalTable(record.rows));
    const json = `${JSON.stringify(record, null, 2)}\n`;
    const markdown = markdownReport(record);
    const written = [
      [join(options.out, "quality.json"), json],
      [join(options.out, "quality.md"), markdown],
      ...(options.json ? [[options.json, json] as const] : []),
      ...(options.markdown ? [[options.markdown, markdown] as const] : []),
    ] as const;
    for (const [file, text] of written) writeFile(file, text);
    stderr.write(`\nWritten: ${written.map(([file]) => file).join(", ")}\n`);
  } finally {
    await model.dispose();
  }
}
