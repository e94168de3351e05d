import { defineKernel, type KernelSpec } from "@sift-attention/gpu";
import text from "./adjust.wgsl";
import { ranksFile, rulesFile, samplerConstants } from "./shader-files.ts";

const bindings = {
  plan: "uniform",
  logits: "read",
  marks: "read",
  rows: "read-write",
  stats: "read-write",
  bins: "read-write",
} as const;

/** Ranks of the adjusted logits, and what blocks of them leave. */
export const adjustKernel: KernelSpec<typeof bindings, typeof samplerConstants> = defineKernel({
  name: "sampling-adjust",
  files: [...[rulesFile, ranksFile], { name: "adjust.wgsl", text }],
  bindings,
  constants: samplerConstants,
});
