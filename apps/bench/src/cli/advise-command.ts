import { Command } from "commander";
import { ADVICE_SETTINGS } from "../advise/advice-settings.ts";
import { HTML_OPTION } from "./html-option.ts";
import { parseNumber } from "./parse-list.ts";

/** What the command line of `bench advise` says. */
export interface AdviseOptions {
  readonly model?: string;
  readonly backend: string;
  readonly threads?: number;
  readonly kl: number;
  readonly top1: number;
  readonly context: number;
  readonly windows: number;
  readonly answer: number;
  readonly fresh?: boolean;
  readonly out: string;
  readonly profile?: string;
  readonly json?: string;
  readonly markdown?: string;
  readonly html?: string;
}

const count = { min: 1, integer: true };

/** The options of `bench advise`. @param run takes the texts and the options, checked one by one. */
export function adviseCommand(
  run: (texts: readonly string[], options: AdviseOptions) => Promise<void>,
): Command {
  const { klBudget, leastTop1, context, windows, answer } = ADVICE_SETTINGS;
  return new Command("advise")
    .description("sift settings for your model and your texts, within a budget of quality")
    .argument("<texts...>", "your documents, UTF-8; half of each chooses, the other half checks")
    .option("--model <name>", "folder, .gguf file or Hugging Face id (default: tales-28m)")
    .option("--backend <kind>", "cpu, webgpu or auto", "cpu")
    .option("--threads <n>", "threads of the CPU backend", parseNumber({ ...count, max: 256 }))
    .option(
      "--kl <nats>",
      "mean KL to full attention that is allowed",
      parseNumber({ above: 0, below: 100 }),
      klBudget,
    )
    .option(
      "--top1 <share>",
      "share of tokens that must stay the likeliest",
      parseNumber({ min: 0, max: 1 }),
      leastTop1,
    )
    .option(
      "--context <tokens>",
      "of each window",
      parseNumber({ min: 16, integer: true }),
      context,
    )
    .option("--windows <n>", "of each half of each text", parseNumber(count), windows)
    .option(
      "--answer <tokens>",
      "length of the answers that a warmup is spread over",
      parseNumber(count),
      answer,
    )
    .option("--fresh", "measure everything again")
    .option(
      "--out <folder>",
      "results, cell by cell: the same command goes on from there",
      "bench-results/advise",
    )
    .option("--profile <file>", "write the settings here, for --sift-profile of the server")
    .option("--json <file>", "write the record here")
    .option("--markdown <file>", "write the advice here, else it goes to the terminal")
    .option("--html <file>", HTML_OPTION)
    .action((texts: readonly string[], options: AdviseOptions) => run(texts, options));
}
