import { type Command, CommanderError } from "commander";
import { BenchError } from "../bench-error.ts";
import type { CliContext } from "./cli-context.ts";
import { FailedRun } from "./failed-run.ts";
import { Interruption } from "./interruption.ts";

/** Ends of a command. */
const EXIT = { success: 0, failure: 1, badOption: 2, interrupted: 130 } as const;

/** What a program is run with. */
export interface ProgramRun {
  readonly argv: readonly string[];
  readonly context: CliContext;
  /** Errors of other packages that a user is told in one line; everything else is a bug and thrown. */
  isExpected(error: unknown): error is Error;
}

/** Runs a program of commands. @returns the exit code; bad options and unusable files give one line and 2. */
export async function runProgram(
  program: Command,
  { argv, context, isExpected }: ProgramRun,
): Promise<number> {
  for (const command of [program, ...program.commands]) configure(command, context);
  try {
    await program.parseAsync(argv, { from: "user" });
    return EXIT.success;
  } catch (error) {
    return exitCodeOf(error, { context, isExpected });
  }
}

function configure(command: Command, { stdout, stderr }: CliContext): void {
  command
    .exitOverride()
    .showSuggestionAfterError(false)
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
    });
}

function exitCodeOf(
  error: unknown,
  { context, isExpected }: Pick<ProgramRun, "context" | "isExpected">,
): number {
  const { signal, stderr } = context;
  if (signal.aborted) {
    const message =
      error instanceof Interruption ? error.message : "The same command goes on from here.";
    stderr.write(`Interrupted. ${message}\n`);
    return EXIT.interrupted;
  }
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? EXIT.success : EXIT.badOption;
  }
  if (error instanceof BenchError) {
    stderr.write(`error: ${error.message}\n`);
    return EXIT.badOption;
  }
  if (!(error instanceof FailedRun || isExpected(error))) throw error;
  stderr.write(`error: ${error.message}\n`);
  return EXIT.failure;
}
