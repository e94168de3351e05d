import { Command } from "commander";
import { METHODS } from "../methods/methods.ts";
import { FULL_SETTINGS, type QualitySettings } from "../quality/quality-settings.ts";
import { parseNumber, parseNumbers, parseWords } from "./parse-list.ts";

/** What the command line of `bench quality` says. */
export interface QualityOptions {
  readonly model?: string;
  readonly threads?: number;
  readonly text?: readonly string[];
  readonly context?: readonly number[];
  readonly methods?: readonly string[];
  readonly quantiles?: readonly number[];
  readonly warmup?: number;
  readonly windows?: number;
  readonly passkeySamples?: number;
  readonly seed?: number;
  readonly quick?: boolean;
  readonly fresh?: boolean;
  readonly out: string;
  readonly json?: string;
  readonly markdown?: string;
}

const names = METHODS.map(({ name }) => name).join(", ");
const list = (values: readonly (string | number)[]): string => values.join(",");

function defaultOf(name: keyof QualitySettings): string {
  const value = FULL_SETTINGS[name];
  return `(default: ${typeof value === "object" ? list(value) : value})`;
}

/** The options of `bench quality`. @param run takes them, checked one by one. */
export function qualityCommand(run: (options: QualityOptions) => Promise<void>): Command {
  const atLeastOne = { min: 1, integer: true };
  return new Command("quality")
    .description(
      "perplexity, next-token KL and pass keys of sifted attention and its rivals against full attention",
    )
    .option("--model <name>", "folder, .gguf file or Hugging Face id (default: tales-28m)")
    .option("--threads <n>", "threads of the CPU backend", parseNumber({ ...atLeastOne, max: 256 }))
    .option(
      "--text <file...>",
      "texts (default: part of a novel that no model here was trained on)",
    )
    .option(
      "--context <tokens>",
      `context lengths ${defaultOf("contexts")}`,
      parseNumbers({ min: 16, integer: true }),
    )
    .option("--methods <names>", `some of ${names} (default: all)`, parseWords)
    .option(
      "--quantiles <list>",
      `τ: 1 − τ of the keys are to be kept ${defaultOf("quantiles")}`,
      parseNumbers({ above: 0, below: 1 }),
    )
    .option(
      "--warmup <steps>",
      `full attention before sifting ${defaultOf("warmup")}`,
      parseNumber({ min: 2, integer: true }),
    )
    .option(
      "--windows <n>",
      `windows of each text and context ${defaultOf("windows")}`,
      parseNumber(atLeastOne),
    )
    .option(
      "--passkey-samples <n>",
      `pass keys of each text and context, over all depths ${defaultOf("passkeySamples")}`,
      parseNumber({ min: 0, integer: true }),
    )
    .option(
      "--seed <n>",
      `of the pass keys ${defaultOf("seed")}`,
      parseNumber({ min: 0, max: 2 ** 32 - 1, integer: true }),
    )
    .option("--quick", "one context, one τ, few methods: under a minute")
    .option("--fresh", "measure everything again")
    .option("--out <folder>", "results, cell by cell, and the reports", "bench-results/quality")
    .option("--json <file>", "also write the table as JSON here")
    .option("--markdown <file>", "also write the table as Markdown here")
    .allowExcessArguments(false)
    .action(run);
}
