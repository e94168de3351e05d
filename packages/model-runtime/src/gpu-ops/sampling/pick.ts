import { defineKernel, type KernelSpec } from "@sift-attention/gpu";
import text from "./pick.wgsl";
import { rulesFile, samplerConstants, settleFile } from "./shader-files.ts";

const bindings = {
  plan: "uniform",
  logits: "read",
  stats: "read",
  marks: "read-write",
  tokens: "read-write",
  results: "read-write",
} as const;

/** Draws at temperature 0. */
export const pickKernel: KernelSpec<typeof bindings, typeof samplerConstants> = defineKernel({
  name: "sampling-pick",
  files: [...[rulesFile, settleFile], { name: "pick.wgsl", text }],
  bindings,
  constants: samplerConstants,
});
