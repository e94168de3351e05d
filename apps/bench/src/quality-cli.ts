#!/usr/bin/env node
import { GpuError } from "@sift-attention/gpu";
import { ModelError } from "@sift-attention/model-runtime";
import { processContext } from "./cli/process-context.ts";
import { qualityCommand } from "./cli/quality-command.ts";
import { runProgram } from "./cli/run-program.ts";
import { runQualityCommand } from "./cli/run-quality-command.ts";
import { digestFile } from "./model/digest-runtime.ts";

// `bench quality` alone, bundled into one file for a machine that has little but Node: model and texts by their paths.
const context = processContext();
process.exitCode = await runProgram(
  qualityCommand((options) =>
    runQualityCommand(options, context, { digest: () => digestFile(import.meta.url) }),
  ),
  {
    argv: process.argv.slice(2),
    context,
    isExpected: (error): error is Error => error instanceof GpuError || error instanceof ModelError,
  },
);
