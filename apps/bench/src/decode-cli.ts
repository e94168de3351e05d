#!/usr/bin/env node
import { GpuError } from "@sift-attention/gpu";
import { ModelError } from "@sift-attention/model-runtime";
import { decodeCommand } from "./cli/decode-command.ts";
import { processContext } from "./cli/process-context.ts";
import { runDecodeCommand } from "./cli/run-decode-command.ts";
import { runProgram } from "./cli/run-program.ts";

// `bench decode` alone, bundled into one file for a machine that has a GPU and little else.
const context = processContext();
process.exitCode = await runProgram(
  decodeCommand((options) => runDecodeCommand(options, context)),
  {
    argv: process.argv.slice(2),
    context,
    isExpected: (error): error is Error => error instanceof GpuError || error instanceof ModelError,
  },
);
