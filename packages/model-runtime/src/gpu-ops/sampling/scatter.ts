import { defineKernel, type KernelSpec } from "@sift-attention/gpu";
import text from "./scatter.wgsl";
import { rulesFile, samplerConstants, tallyFile, weightFiles } from "./shader-files.ts";

const bindings = {
  plan: "uniform",
  rows: "read-write",
  bins: "read-write",
} as const;

/** Tokens bin after bin, for rules that truncate. */
export const scatterKernel: KernelSpec<typeof bindings, typeof samplerConstants> = defineKernel({
  name: "sampling-scatter",
  files: [...[rulesFile, ...weightFiles, tallyFile], { name: "scatter.wgsl", text }],
  bindings,
  constants: samplerConstants,
});
