import { Command } from "commander";
import { DECODE_METHODS, DEFAULT_DECODE_SETTINGS } from "../decode/decode-settings.ts";
import { parseNumber, parseNumbers, parseWords } from "./parse-list.ts";

/** What the command line of `bench decode` says. */
export interface DecodeOptions {
  readonly models?: readonly string[];
  readonly contexts?: readonly number[];
  readonly batches?: readonly number[];
  readonly batchContext?: number;
  readonly methods?: readonly string[];
  readonly fraction?: number;
  readonly tokens?: number;
  readonly warmup?: number;
  readonly samples?: number;
  readonly prefillTokens?: number;
  readonly plantAbove?: number;
  readonly rows?: number;
  readonly profileSamples?: number;
  readonly budgetSeconds?: number;
  readonly check?: boolean;
  readonly checkTokens?: number;
  readonly checkCycles?: number;
  readonly allowSoftware?: boolean;
  readonly read?: string;
  readonly resume?: string;
  readonly merge?: readonly string[];
  readonly json?: string;
  readonly md?: string;
}

function defaultOf(name: keyof typeof DEFAULT_DECODE_SETTINGS): string {
  const value = DEFAULT_DECODE_SETTINGS[name];
  return `(default: ${Array.isArray(value) ? value.join(",") : value})`;
}

const count = { min: 1, integer: true };

/** The options of `bench decode`. @param run takes them, checked one by one. */
export function decodeCommand(run: (options: DecodeOptions) => Promise<void>): Command {
  const command = new Command("decode").description(
    "Tokens per second, prefill, memory and a profile of whole models on the GPU",
  );
  addChoices(command);
  addMeasuring(command);
  addChecking(command);
  return command
    .option("--read <file>", "an earlier --json: measure nothing, write it again")
    .option("--resume <file>", "an earlier --json: measure only what it lacks")
    .option("--merge <files>", "what tooling/peers wrote, to show beside ours", parseWords)
    .option("--json <file>", "write the record here, after each case")
    .option("--md <file>", "write the tables here, after each case; else they go to the terminal")
    .allowExcessArguments(false)
    .action(run);
}

/** What is measured. */
function addChoices(command: Command): void {
  command
    .option(
      "--models <list>",
      "folders, .gguf files, or random weights: random:llama-3.1-8b:layers=4 (default: tales-28m)",
      parseWords,
    )
    .option("--contexts <list>", `tokens of prompts ${defaultOf("contexts")}`, parseNumbers(count))
    .option("--batches <list>", `sequences ${defaultOf("batches")}`, parseNumbers(count))
    .option(
      "--batch-context <n>",
      `prompts of batches ${defaultOf("batchContext")}`,
      parseNumber(count),
    )
    .option("--methods <names>", `some of ${DECODE_METHODS.join(", ")}`, parseWords)
    .option(
      "--fraction <x>",
      `kept by top-k, and the union of sift-union ${defaultOf("fraction")}`,
      parseNumber({ above: 0, below: 1 }),
    );
}

/** What is checked instead. */
function addChecking(command: Command): void {
  command
    .option("--check", "measure nothing: hold the GPU to the CPU, and to leaving no memory behind")
    .option("--check-tokens <n>", "greedy tokens of each model (default: 256)", parseNumber(count))
    .option(
      "--check-cycles <n>",
      "openings of the first model (default: 200)",
      parseNumber({ min: 0, integer: true }),
    );
}

/** How it is measured. */
function addMeasuring(command: Command): void {
  command
    .option("--tokens <n>", `timed in a sample ${defaultOf("tokens")}`, parseNumber(count))
    .option(
      "--warmup <n>",
      `untimed before them ${defaultOf("warmup")}`,
      parseNumber({ min: 8, integer: true }),
    )
    .option("--samples <n>", `of each method ${defaultOf("samples")}`, parseNumber(count))
    .option(
      "--prefill-tokens <n>",
      `of the timed prompt ${defaultOf("prefillTokens")}`,
      parseNumber(count),
    )
    .option(
      "--plant-above <n>",
      `longer prompts are planted ${defaultOf("plantAbove")}`,
      parseNumber({ min: 0, integer: true }),
    )
    .option("--rows <n>", "of a prefill pass (default: the runtime's)", parseNumber(count))
    .option(
      "--profile-samples <n>",
      `timed steps of a profile ${defaultOf("profileSamples")}`,
      parseNumber({ min: 0, integer: true }),
    )
    .option(
      "--budget-seconds <s>",
      "begin no case after this; the most telling come first",
      parseNumber({ min: 0 }),
    )
    .option("--allow-software", "run without a GPU; the times mean nothing");
}
