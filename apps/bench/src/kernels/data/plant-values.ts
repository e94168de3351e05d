import { defineKernel, type KernelSpec } from "@sift-attention/gpu";
import noise from "./noise.wgsl";
import text from "./plant-values.wgsl";

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
