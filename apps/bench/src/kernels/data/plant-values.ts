import { defineKernel, type KernelSpec } from "@sift-attention/gpu";
import noise from "./noise.wgsl";
import text from "./plant-values.wgsl";
import wholeText from "./plant-whole-values.wgsl";

/** Random values. */
export const plantValues: KernelSpec<
  { readonly values: "read-write" },
  { readonly TILE: "u32"; readonly SEED: "u32" }
> = defineKernel({
  name: "plant-values",
  files: [
    { name: "noise.wgsl", text: noise },
    { name: "plant-values.wgsl", text },
  ],
  bindings: { values: "read-write" },
  constants: { TILE: "u32", SEED: "u32" },
});

/** Random values in whole numbers, and their scales. */
export const plantWholeValues: KernelSpec<
  { readonly values: "read-write"; readonly value_scales: "read-write" },
  { readonly TILE: "u32"; readonly SEED: "u32" }
> = defineKernel({
  name: "plant-whole-values",
  files: [
    { name: "noise.wgsl", text: noise },
    { name: "plant-whole-values.wgsl", text: wholeText },
  ],
  bindings: { values: "read-write", value_scales: "read-write" },
  constants: { TILE: "u32", SEED: "u32" },
});
