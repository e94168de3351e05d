import { Command } from "commander";
import { parseWords } from "./parse-list.ts";

/** What the command line of `bench report` says. */
export interface ReportOptions {
  readonly html?: string;
  readonly svg?: string;
  /** Ids of plots. */
  readonly only?: readonly string[];
}

/** The options of `bench report`. @param run takes the files and the options. */
export function reportCommand(
  run: (files: readonly string[], options: ReportOptions) => Promise<void>,
): Command {
  return new Command("report")
    .description("one page with the plots and tables of results, which opens offline")
    .argument("<json...>", "files that --json of a suite wrote")
    .option("--html <file>", "write the page here (default: report.html, unless --svg is given)")
    .option("--svg <folder>", "write each plot as a file of its own here")
    .option("--only <plots>", "of the plots for --svg those with these ids", parseWords)
    .action((files: readonly string[], options: ReportOptions) => run(files, options));
}
