#!/usr/bin/env node
import { GpuError } from "@sift-attention/gpu";
import { SiftError } from "@sift-attention/sift-attention-kernels";
import { kernelsCommand } from "./cli/kernels-command.ts";
import { processContext } from "./cli/process-context.ts";
import { runKernelsCommand } from "./cli/run-kernels-command.ts";
import { runProgram } from "./cli/run-program.ts";

// `bench kernels` alone, bundled into one file for a machine that has a GPU and little else.
const context = processContext();
process.exitCode = await runProgram(
  kernelsCommand((options) => runKernelsCommand(options, context)),
  {
    argv: process.argv.slice(2),
    context,
    isExpected: (error): error is Error => error instanceof GpuError || error instanceof SiftError,
  },
);
