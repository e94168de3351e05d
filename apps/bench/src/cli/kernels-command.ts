import { Command } from "commander";
import { KERNEL_NAMES } from "../kernels/run/kernel-name.ts";
import { DEFAULT_SETTINGS, type KernelSettings } from "../kernels/run/kernel-settings.ts";
import { parseNumber, parseNumbers, parseWords } from "./parse-list.ts";

/** What the command line of `bench kernels` says. */
export interface KernelsOptions {
  readonly shapes?: readonly string[];
  readonly kv?: string;
  readonly batches?: readonly number[];
  readonly contexts?: readonly number[];
  readonly fractions?: readonly number[];
  readonly kernels?: readonly string[];
  readonly samples?: number;
  readonly steps?: number;
  readonly warmupMs?: number;
  readonly budgetSeconds?: number;
  readonly l2Mb?: number;
  readonly memoryGb?: number;
  readonly checkKeys?: number;
  readonly experimental?: boolean;
  readonly allowSoftware?: boolean;
  readonly tuning?: string;
  readonly read?: string;
  readonly merge?: string;
  readonly json?: string;
  readonly md?: string;
  /** A page with plots; only where the report is part of the program. */
  readonly html?: string;
}

function defaultOf(name: keyof KernelSettings): string {
  const value = DEFAULT_SETTINGS[name];
  return `(default: ${Array.isArray(value) ? value.join(",") : value})`;
}

const count = { min: 1, integer: true };

/** The options of `bench kernels`. @param run takes them, checked one by one. */
export function kernelsCommand(run: (options: KernelsOptions) => Promise<void>): Command {
  const command = new Command("kernels").description(
    "GPU time of the decode attention kernels against what memory allows and what CUDA has",
  );
  addChoices(command);
  addMeasuring(command);
  return command
    .option("--tuning <file>", "knobs of the kernels by shape, as JSON")
    .option("--read <file>", "an earlier --json: measure nothing, write it again")
    .option("--merge <file>", "rows of tooling/peers/cuda to show beside ours")
    .option("--json <file>", "write the record here, after each case")
    .option("--md <file>", "write the tables here, after each case; else they go to the terminal")
    .allowExcessArguments(false)
    .action(run);
}

/** What is measured. */
function addChoices(command: Command): void {
  command
    .option("--shapes <names>", `models ${defaultOf("shapes")}`, parseWords)
    .option("--kv <type>", `how keys and values are stored ${defaultOf("kvType")}`)
    .option("--batches <list>", `sequences ${defaultOf("batches")}`, parseNumbers(count))
    .option("--contexts <list>", `keys of each ${defaultOf("contexts")}`, parseNumbers(count))
    .option(
      "--fractions <list>",
      `value rows that top-k and sifts keep ${defaultOf("fractions")}`,
      parseNumbers({ above: 0, below: 1 }),
    )
    .option(
      "--kernels <names>",
      `some of ${KERNEL_NAMES.join(", ")}; reads always run`,
      parseWords,
    );
}

/** How it is measured. */
function addMeasuring(command: Command): void {
  command
    .option("--samples <n>", `timed passes of each ${defaultOf("samples")}`, parseNumber(count))
    .option("--steps <n>", "steps of one pass (default: 8, 32 in small cases)", parseNumber(count))
    .option(
      "--warmup-ms <ms>",
      `before the first sample of a case ${defaultOf("warmUpMs")}`,
      parseNumber({ min: 0 }),
    )
    .option(
      "--budget-seconds <s>",
      "begin no case after this; the most telling come first",
      parseNumber({ min: 0 }),
    )
    .option(
      "--l2-mb <mb>",
      `the device's last cache ${defaultOf("cacheMb")}`,
      parseNumber({ min: 0 }),
    )
    .option(
      "--memory-gb <gb>",
      `for keys and values ${defaultOf("memoryGb")}`,
      parseNumber({ above: 0, below: Infinity }),
    )
    .option(
      "--check-keys <n>",
      `compared with the float64 oracle ${defaultOf("checkKeys")}`,
      parseNumber(count),
    )
    .option("--experimental", "with features that no browser has")
    .option("--allow-software", "run without a GPU; the times mean nothing");
}
