import { Command } from "commander";
import { LAW_SETTINGS, LONGEST_DEFAULT_CONTEXT } from "../law/law-settings.ts";
import { HTML_OPTION } from "./html-option.ts";
import { parseNumber, parseNumbers } from "./parse-list.ts";

/** What the command line of `bench law` says. */
export interface LawOptions {
  readonly model?: string;
  readonly backend: string;
  readonly threads?: number;
  readonly text?: readonly string[];
  readonly context?: number;
  readonly quantiles?: readonly number[];
  readonly rows?: number;
  readonly warmup?: number;
  readonly json?: string;
  readonly markdown?: string;
  readonly html?: string;
}

/** The options of `bench law`. @param run takes them, checked one by one. */
export function lawCommand(run: (options: LawOptions) => Promise<void>): Command {
  const { quantiles, rows, warmup } = LAW_SETTINGS;
  return new Command("law")
    .description(
      "whether the quantiles of each head follow a power law on your texts, and where not",
    )
    .option("--model <name>", "folder, .gguf file or Hugging Face id (default: tales-28m)")
    .option("--backend <kind>", "cpu, webgpu or auto", "cpu")
    .option(
      "--threads <n>",
      "threads of the CPU backend",
      parseNumber({ min: 1, max: 256, integer: true }),
    )
    .option(
      "--text <file...>",
      "texts (default: part of a novel that no model here was trained on)",
    )
    .option(
      "--context <tokens>",
      `tokens of each text (default: what text and model hold, at most ${LONGEST_DEFAULT_CONTEXT})`,
      parseNumber({ min: 16, integer: true }),
    )
    .option(
      "--quantiles <list>",
      `τ (default: ${quantiles.join(",")})`,
      parseNumbers({ above: 0, below: 1 }),
    )
    .option(
      "--rows <n>",
      `rows that laws are fitted on and held to (default: ${rows})`,
      parseNumber({ min: 4, integer: true }),
    )
    .option(
      "--warmup <steps>",
      `neighbouring rows of a warmup (default: ${warmup})`,
      parseNumber({ min: 4, integer: true }),
    )
    .option("--json <file>", "write the record here")
    .option("--markdown <file>", "write the tables here, else they go to the terminal")
    .option("--html <file>", HTML_OPTION)
    .allowExcessArguments(false)
    .action(run);
}
