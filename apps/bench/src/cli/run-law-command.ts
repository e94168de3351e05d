import { defaultText } from "../default-text.ts";
import { lawMarkdown } from "../law/law-markdown.ts";
import type { LawRecord } from "../law/law-record.ts";
import { LAW_SETTINGS } from "../law/law-settings.ts";
import { runLaw } from "../law/run-law.ts";
import { recordText } from "../report/record-text.ts";
import { writeFile } from "../report/write-file.ts";
import type { CliContext } from "./cli-context.ts";
import { createProgressBar } from "./create-progress-bar.ts";
import { Interruption } from "./interruption.ts";
import type { LawOptions } from "./law-command.ts";
import { openBenchModel } from "./open-bench-model.ts";
import { readTexts } from "./read-texts.ts";
import { writeHtml } from "./write-html.ts";

/** Observes and fits, and writes the record, its tables and its plots. */
export async function runLawCommand(options: LawOptions, context: CliContext): Promise<void> {
  const texts = readTexts(options.text ?? [defaultText]);
  const { model, ...names } = await openBenchModel(options, context.signal);
  try {
    const record = await runLaw({
      model,
      ...names,
      texts,
      settings: {
        ...LAW_SETTINGS,
        context: options.context ?? null,
        quantiles: options.quantiles ?? LAW_SETTINGS.quantiles,
        rows: options.rows ?? LAW_SETTINGS.rows,
        warmup: options.warmup ?? LAW_SETTINGS.warmup,
      },
      progress: createProgressBar(context.stderr),
      signal: context.signal,
    });
    await writeLaw(record, options, context);
  } catch (error) {
    if (context.signal.aborted) throw new Interruption("Nothing is written.");
    throw error;
  } finally {
    await model.dispose();
  }
}

async function writeLaw(
  record: LawRecord,
  { json, markdown, html }: LawOptions,
  { stdout }: CliContext,
): Promise<void> {
  const text = recordText(record);
  if (json !== undefined) writeFile(json, text);
  if (markdown === undefined) stdout.write(lawMarkdown(record));
  else writeFile(markdown, lawMarkdown(record));
  if (html !== undefined) await writeHtml(html, [{ name: json ?? "law.json", text }]);
}
