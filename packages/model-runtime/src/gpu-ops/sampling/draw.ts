import { defineKernel, type KernelSpec } from "@sift-attention/gpu";
import text from "./draw.wgsl";
import searchText from "./search.wgsl";
import { rulesFile, samplerConstants, settleFile, tallyFile, weightFiles } from "./shader-files.ts";
import shareText from "./share.wgsl";

const bindings = {
  plan: "uniform",
  logits: "read",
  stats: "read",
  rows: "read",
  masses: "read",
  bins: "read",
  marks: "read-write",
  tokens: "read-write",
  results: "read-write",
} as const;

/** Draws at temperatures above 0. */
export const drawKernel: KernelSpec<typeof bindings, typeof samplerConstants> = defineKernel({
  name: "sampling-draw",
  files: [
    ...[rulesFile, ...weightFiles, tallyFile, settleFile],
    { name: "share.wgsl", text: shareText },
    { name: "search.wgsl", text: searchText },
    { name: "draw.wgsl", text },
  ],
  bindings,
  constants: samplerConstants,
});
