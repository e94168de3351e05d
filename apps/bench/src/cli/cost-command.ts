import { Command } from "commander";
import { HTML_OPTION } from "./html-option.ts";
import { parseNumber, parseNumbers } from "./parse-list.ts";

/** What the command line of `bench cost` says. */
export interface CostOptions {
  readonly price: readonly number[];
  readonly warmup: number;
  readonly warmupShare: number;
  readonly answers: readonly number[];
  readonly fullSpeed?: number;
  readonly siftSpeed?: number;
  readonly context?: number;
  readonly batch: number;
  readonly model: string;
  readonly json?: string;
  readonly markdown?: string;
  readonly html?: string;
}

const positive = { above: 0, below: Infinity };
const count = { min: 1, integer: true };

/** The options of `bench cost`. @param run takes the files and the options, checked one by one. */
export function costCommand(
  run: (files: readonly string[], options: CostOptions) => Promise<void>,
): Command {
  const command = new Command("cost")
    .description("price of a million tokens for full attention and sifting, from measured speeds")
    .argument("[json...]", "files that bench decode --json wrote")
    .requiredOption(
      "--price <list>",
      "of the machine for an hour, any currency",
      parseNumbers(positive),
    )
    .option(
      "--warmup <steps>",
      "steps of a sift under full attention",
      parseNumber({ min: 0, integer: true }),
      64,
    )
    .option(
      "--warmup-share <share>",
      "their speed as a share of full attention's",
      parseNumber(positive),
      1,
    )
    .option(
      "--answers <list>",
      "answer lengths in tokens",
      parseNumbers(count),
      [64, 256, 1024, 4096],
    );
  addSpeeds(command);
  return command
    .option("--json <file>", "write the record here")
    .option("--markdown <file>", "write the tables here, else they go to the terminal")
    .option("--html <file>", HTML_OPTION)
    .action((files: readonly string[], options: CostOptions) => run(files, options));
}

/** Speeds without a file. */
function addSpeeds(command: Command): void {
  command
    .option("--full-speed <rate>", "tokens a second under full attention", parseNumber(positive))
    .option("--sift-speed <rate>", "tokens a second when sifting", parseNumber(positive))
    .option("--context <tokens>", "the context that those speeds are of", parseNumber(count))
    .option("--batch <n>", "the sequences that they are of", parseNumber(count), 1)
    .option("--model <name>", "the model that they are of", "a model");
}
