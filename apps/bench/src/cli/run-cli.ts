import { GpuError } from "@sift-attention/gpu";
import { ModelError } from "@sift-attention/model-runtime";
import { SiftError } from "@sift-attention/sift-attention-kernels";
import { Command } from "commander";
import { BenchError } from "../bench-error.ts";
import type { CliContext } from "./cli-context.ts";
import { kernelsCommand } from "./kernels-command.ts";
import { qualityCommand } from "./quality-command.ts";
import { runKernelsCommand } from "./run-kernels-command.ts";
import { runProgram } from "./run-program.ts";
import { runQualityCommand } from "./run-quality-command.ts";

function isExpected(error: unknown): error is Error {
  return error instanceof ModelError || error instanceof GpuError || error instanceof SiftError;
}

/** Runs `bench` with its arguments. @returns the exit code; bad options and unusable files give one line and 2. */
export function runCli(argv: readonly string[], context: CliContext): Promise<number> {
  return runProgram(createProgram(context), { argv, context, isExpected });
}

function createProgram(context: CliContext): Command {
  const program = new Command("bench")
    .description("What sifted attention keeps, reads and loses, and how fast it is")
    .allowExcessArguments()
    .addCommand(qualityCommand((options) => runQualityCommand(options, context)))
    .addCommand(kernelsCommand((options) => runKernelsCommand(options, context)));
  return program.action(() => {
    const suites = program.commands.map((command) => command.name()).join(", ");
    const got = program.args.length > 0 ? `, got ${program.args[0]}` : "";
    throw new BenchError(`expected a suite (${suites})${got}; see bench --help`);
  });
}
