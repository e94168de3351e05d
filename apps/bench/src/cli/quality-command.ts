import { Command } from "commander";
import { METHOD_NAMES } from "../methods/methods.ts";
import { MOST_KEYS } from "../passkey/passkey-prompt.ts";
import { FULL_SETTINGS, type QualitySettings } from "../quality/quality-settings.ts";
import { SUITES } from "../quality/quality-suite.ts";
import { parseNumber, parseNumbers, parseWords } from "./parse-list.ts";

/** What the command line of `bench quality` says. */
export interface QualityOptions {
  readonly model?: string;
  readonly backend: string;
  readonly threads?: number;
  readonly text?: readonly string[];
  readonly suites?: readonly string[];
  readonly context?: readonly number[];
  readonly methods?: readonly string[];
  readonly quantiles?: readonly number[];
  readonly warmup?: number;
  readonly windows?: number;
  readonly outputRows?: number;
  readonly passkeySamples?: number;
  readonly needleKeys?: number;
  readonly generate?: readonly number[];
  readonly promptTokens?: number;
  readonly temperature?: number;
  readonly pairs?: number;
  readonly pairTokens?: number;
  readonly seeds?: number;
  readonly seed?: number;
  readonly quick?: boolean;
  readonly fresh?: boolean;
  readonly out: string;
  readonly json?: string;
  readonly markdown?: string;
  /** A page with plots; only where the report is part of the program. */
  readonly html?: string;
}

const list = (values: readonly (string | number)[]): string => values.join(",");

function defaultOf(name: keyof QualitySettings): string {
  const value = FULL_SETTINGS[name];
  return `(default: ${typeof value === "object" ? list(value) : value})`;
}

const atLeastOne = { min: 1, integer: true };
const count = { min: 0, integer: true };

/** The options of `bench quality`. @param run takes them, checked one by one. */
export function qualityCommand(run: (options: QualityOptions) => Promise<void>): Command {
  const command = new Command("quality").description(
    "perplexity, next-token KL, pass keys, generations and topic shifts of sifted attention and its rivals against full attention",
  );
  addSubject(command);
  addMethods(command);
  addSuites(command);
  return command
    .option("--quick", "one context, one τ, few methods: under a minute")
    .option("--fresh", "measure everything again")
    .option("--out <folder>", "results, cell by cell, and the reports", "bench-results/quality")
    .option("--json <file>", "also write the table as JSON here")
    .option("--markdown <file>", "also write the table as Markdown here")
    .allowExcessArguments(false)
    .action(run);
}

/** What runs where, on which texts. */
function addSubject(command: Command): void {
  command
    .option("--model <name>", "folder, .gguf file or Hugging Face id (default: tales-28m)")
    .option(
      "--backend <kind>",
      "cpu, webgpu or auto; rivals that are rules in JavaScript need the cpu",
      "cpu",
    )
    .option("--threads <n>", "threads of the CPU backend", parseNumber({ ...atLeastOne, max: 256 }))
    .option(
      "--text <file...>",
      "texts (default: part of a novel that no model here was trained on)",
    );
}

/** What is compared. */
function addMethods(command: Command): void {
  command
    .option(
      "--methods <names>",
      `some of ${METHOD_NAMES}, with +mean, +renormalise or +none for the dropped mass ${defaultOf("methods")}`,
      parseWords,
    )
    .option(
      "--quantiles <list>",
      `τ: 1 − τ of the keys are to be kept ${defaultOf("quantiles")}`,
      parseNumbers({ above: 0, below: 1 }),
    )
    .option(
      "--warmup <steps>",
      `full attention before sifting ${defaultOf("warmup")}`,
      parseNumber({ min: 2, integer: true }),
    );
}

/** What is measured, and how much of it. */
function addSuites(command: Command): void {
  command
    .option("--suites <names>", `some of ${SUITES.join(", ")} (default: all)`, parseWords)
    .option(
      "--context <tokens>",
      `context lengths of windows, pass keys and needles ${defaultOf("contexts")}`,
      parseNumbers({ min: 16, integer: true }),
    )
    .option(
      "--windows <n>",
      `windows of each text and context ${defaultOf("windows")}`,
      parseNumber(atLeastOne),
    )
    .option(
      "--output-rows <n>",
      `rows of a window whose attention outputs are compared ${defaultOf("outputRows")}`,
      parseNumber(count),
    )
    .option(
      "--passkey-samples <n>",
      `depths at which keys are hidden, for each context and seed ${defaultOf("passkeySamples")}`,
      parseNumber(count),
    )
    .option(
      "--needle-keys <n>",
      `keys hidden by a prompt of the needle suite ${defaultOf("needleKeys")}`,
      parseNumber({ min: 2, max: MOST_KEYS, integer: true }),
    )
    .option(
      "--generate <list>",
      `tokens written by each generation ${defaultOf("generate")}`,
      parseNumbers({ min: 2, integer: true }),
    )
    .option(
      "--prompt-tokens <n>",
      `tokens of the prompt before them ${defaultOf("promptTokens")}`,
      parseNumber({ min: 16, integer: true }),
    )
    .option(
      "--temperature <t>",
      `of the generations with a seed ${defaultOf("temperature")}`,
      parseNumber({ above: 0, below: 10 }),
    )
    .option(
      "--pairs <n>",
      `pairs of documents joined by the shift suite ${defaultOf("pairs")}`,
      parseNumber(count),
    )
    .option(
      "--pair-tokens <n>",
      `tokens of each of the two ${defaultOf("pairTokens")}`,
      parseNumber({ min: 16, integer: true }),
    )
    .option(
      "--seeds <n>",
      `seeds of pass keys, needles and generations ${defaultOf("seeds")}`,
      parseNumber(atLeastOne),
    )
    .option(
      "--seed <n>",
      `the first of them ${defaultOf("seed")}`,
      parseNumber({ min: 0, max: 2 ** 31, integer: true }),
    );
}
