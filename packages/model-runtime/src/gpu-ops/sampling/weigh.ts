import { defineKernel, type KernelSpec } from "@sift-attention/gpu";
import { rulesFile, samplerConstants, tallyFile, weightFiles } from "./shader-files.ts";
import text from "./weigh.wgsl";

const bindings = {
  plan: "uniform",
  stats: "read",
  rows: "read-write",
  masses: "read-write",
  bins: "read-write",
} as const;

/** Weights of all tokens. */
export const weighKernel: KernelSpec<typeof bindings, typeof samplerConstants> = defineKernel({
  name: "sampling-weigh",
  files: [...[rulesFile, ...weightFiles, tallyFile], { name: "weigh.wgsl", text }],
  bindings,
  constants: samplerConstants,
});
