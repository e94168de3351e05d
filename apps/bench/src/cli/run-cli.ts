import { ModelError } from "@sift-attention/model-runtime";
import { Command, CommanderError } from "commander";
import { BenchError } from "../bench-error.ts";
import type { CliContext } from "./cli-context.ts";
import { qualityCommand } from "./quality-command.ts";
import { runQualityCommand } from "./run-quality-command.ts";

/** Ends of a command. */
const EXIT = { success: 0, failure: 1, badOption: 2, interrupted: 130 } as const;

/** Runs `bench` with its arguments. @returns the exit code; bad options and unusable files give one line and 2. */
export async function runCli(argv: readonly string[], context: CliContext): Promise<number> {
  try {
    await createProgram(context).parseAsync(argv, { from: "user" });
    return EXIT.success;
  } catch (error) {
    if (context.signal.aborted) {
      context.stderr.write("Interrupted. The same command goes on from here.\n");
      return EXIT.interrupted;
    }
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? EXIT.success : EXIT.badOption;
    if (!(error instanceof BenchError || error instanceof ModelError)) throw error;
    context.stderr.write(`error: ${error.message}\n`);
    return error instanceof BenchError ? EXIT.badOption : EXIT.failure;
  }
}

function createProgram(context: CliContext): Command {
  const { stdout, stderr } = context;
  const program = new Command("bench")
    .description("What sifted attention keeps, reads and loses")
    .allowExcessArguments();
  program.addCommand(qualityCommand((options) => runQualityCommand(options, context)));
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride()
      .showSuggestionAfterError(false)
      .configureOutput({
        writeOut: (text) => stdout.write(text),
        writeErr: (text) => stderr.write(text),
      });
  }
  return program.action(() => {
    const suites = program.commands.map((command) => command.name()).join(", ");
    const got = program.args.length > 0 ? `, got ${program.args[0]}` : "";
    throw new BenchError(`expected a suite (${suites})${got}; see bench --help`);
  });
}
