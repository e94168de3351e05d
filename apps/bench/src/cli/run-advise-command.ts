import { join } from "node:path";
import { adviceMarkdown, adviceVerdict } from "../advise/advice-markdown.ts";
import type { AdviceRecord } from "../advise/advice-record.ts";
import { ADVICE_SETTINGS } from "../advise/advice-settings.ts";
import { runAdvice } from "../advise/run-advice.ts";
import { digestRuntime } from "../model/digest-runtime.ts";
import { recordText } from "../report/record-text.ts";
import { writeFile } from "../report/write-file.ts";
import { CellStore } from "../store/cell-store.ts";
import type { AdviseOptions } from "./advise-command.ts";
import type { CliContext } from "./cli-context.ts";
import { FailedRun } from "./failed-run.ts";
import { openBenchModel } from "./open-bench-model.ts";
import { readTexts } from "./read-texts.ts";
import { writeHtml } from "./write-html.ts";

/** Chooses settings and writes profile, record, advice and plots. @throws FailedRun when none keeps within the budget. */
export async function runAdviseCommand(
  paths: readonly string[],
  options: AdviseOptions,
  context: CliContext,
): Promise<void> {
  const texts = readTexts(paths);
  const { kl, top1, windows, answer, out, fresh = false } = options;
  const { model, ...names } = await openBenchModel(options, context.signal);
  try {
    const record = await runAdvice({
      model,
      ...names,
      runtimeDigest: digestRuntime(),
      texts,
      settings: {
        ...ADVICE_SETTINGS,
        ...{ klBudget: kl, leastTop1: top1, context: options.context, windows, answer },
      },
      store: new CellStore(join(out, "cells"), { fresh }),
      report: (line) => context.stderr.write(`${line}\n`),
      signal: context.signal,
    });
    await writeAdvice(record, options, context);
    expectWithinBudget(record);
  } finally {
    await model.dispose();
  }
}

async function writeAdvice(
  record: AdviceRecord,
  { profile, json, markdown, html }: AdviseOptions,
  { stdout }: CliContext,
): Promise<void> {
  const text = recordText(record);
  if (profile !== undefined && record.profile !== null) {
    writeFile(profile, `${JSON.stringify(record.profile, null, 2)}\n`);
  }
  if (json !== undefined) writeFile(json, text);
  if (markdown === undefined) stdout.write(adviceMarkdown(record));
  else writeFile(markdown, adviceMarkdown(record));
  if (html !== undefined) await writeHtml(html, [{ name: json ?? "advice.json", text }]);
}

/** A profile that misses its budget on fresh text is written, but the command does not end well. */
function expectWithinBudget(record: AdviceRecord): void {
  if (record.profile?.evidence.meetsBudget) return;
  throw new FailedRun(adviceVerdict(record).replaceAll("**", ""));
}
