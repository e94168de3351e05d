import { defineKernel, type KernelSpec } from "@sift-attention/gpu";
import text from "./plain-read.wgsl";

/** The ceiling: reads one or two buffers of equal size and computes nothing. */
export const plainRead: KernelSpec<
  { readonly first: "read"; readonly second: "read"; readonly fold: "read-write" },
  { readonly WORKGROUP: "u32"; readonly LOADS: "u32"; readonly BUFFERS: "u32" }
> = defineKernel({
  name: "plain-read",
  files: [{ name: "plain-read.wgsl", text }],
  bindings: { first: "read", second: "read", fold: "read-write" },
  constants: { WORKGROUP: "u32", LOADS: "u32", BUFFERS: "u32" },
});
