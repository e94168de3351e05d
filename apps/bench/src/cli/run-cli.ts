import { GpuError } from "@sift-attention/gpu";
import { ModelError } from "@sift-attention/model-runtime";
import { SiftError } from "@sift-attention/sift-attention-kernels";
import { Command } from "commander";
import { BenchError } from "../bench-error.ts";
import { adviseCommand } from "./advise-command.ts";
import type { CliContext } from "./cli-context.ts";
import { costCommand } from "./cost-command.ts";
import { decodeCommand } from "./decode-command.ts";
import { HTML_OPTION } from "./html-option.ts";
import { type KernelsOptions, kernelsCommand } from "./kernels-command.ts";
import { lawCommand } from "./law-command.ts";
import { qualityCommand } from "./quality-command.ts";
import { reportCommand } from "./report-command.ts";
import { runAdviseCommand } from "./run-advise-command.ts";
import { runCostCommand } from "./run-cost-command.ts";
import { runDecodeCommand } from "./run-decode-command.ts";
import { runKernelsCommand } from "./run-kernels-command.ts";
import { runLawCommand } from "./run-law-command.ts";
import { runProgram } from "./run-program.ts";
import { qualityText, runQualityCommand } from "./run-quality-command.ts";
import { runReportCommand } from "./run-report-command.ts";
import { writeHtml } from "./write-html.ts";

function isExpected(error: unknown): error is Error {
  return error instanceof ModelError || error instanceof GpuError || error instanceof SiftError;
}

/** Runs `bench` with its arguments. @returns the exit code; bad options and unusable files give one line and 2. */
export function runCli(argv: readonly string[], context: CliContext): Promise<number> {
  return runProgram(createProgram(context), { argv, context, isExpected });
}

/** The report's drawing stays out of the programs of one suite, which are one file each. */
function qualityWithHtml(context: CliContext): Command {
  return qualityCommand((options) =>
    runQualityCommand(options, context, {
      onRecord: async (record) => {
        const { html, json = "quality.json" } = options;
        if (html === undefined) return [];
        await writeHtml(html, [{ name: json, text: qualityText(record) }]);
        return [html];
      },
    }),
  ).option("--html <file>", HTML_OPTION);
}

function kernelsWithHtml(context: CliContext): Command {
  const run = (options: KernelsOptions): Promise<void> =>
    runKernelsCommand(options, context, async (record) => {
      const { html, json = "kernels.json" } = options;
      if (html === undefined) return;
      await writeHtml(html, [{ name: json, text: `${JSON.stringify(record, null, 1)}\n` }]);
    });
  return kernelsCommand(run).option("--html <file>", HTML_OPTION);
}

function createProgram(context: CliContext): Command {
  const program = new Command("bench")
    .description("What sifted attention keeps, reads and loses, and how fast it is")
    .allowExcessArguments()
    .addCommand(qualityWithHtml(context))
    .addCommand(kernelsWithHtml(context))
    .addCommand(decodeCommand((options) => runDecodeCommand(options, context)))
    .addCommand(lawCommand((options) => runLawCommand(options, context)))
    .addCommand(adviseCommand((texts, options) => runAdviseCommand(texts, options, context)))
    .addCommand(costCommand((files, options) => runCostCommand(files, options, context)))
    .addCommand(reportCommand((files, options) => runReportCommand(files, options, context)));
  return program.action(() => {
    const suites = program.commands.map((command) => command.name()).join(", ");
    const got = program.args.length > 0 ? `, got ${program.args[0]}` : "";
    throw new BenchError(`expected a suite (${suites})${got}; see bench --help`);
  });
}
