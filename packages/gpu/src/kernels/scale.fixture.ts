import { defineKernel } from "./define-kernel.ts";
import type { KernelSpec } from "./kernel-spec.ts";
import text from "./scale.fixture.wgsl";

/** The tests' kernel: scaled = FACTOR · input. */
export const scale: KernelSpec<
  { readonly input: "read"; readonly scaled: "read-write" },
  { readonly TILE: "u32"; readonly FACTOR: "f32" }
> = defineKernel({
  name: "scale",
  files: [{ name: "scale.wgsl", text }],
  bindings: { input: "read", scaled: "read-write" },
  constants: { TILE: "u32", FACTOR: "f32" },
});
