import { GpuError } from "../gpu-error.ts";
import type { BindingKinds, ConstantKinds, KernelSpec } from "./kernel-spec.ts";
import { isKernelFeature } from "./shader-header.ts";

const bindingKinds = ["read", "read-write", "uniform"];
const constantKinds = ["u32", "i32", "f32", "bool"];
const identifier = /^[a-zA-Z][a-zA-Z0-9_]*$/;

function expectNames(
  where: string,
  kinds: Readonly<Record<string, string>>,
  known: string[],
): void {
  for (const [name, kind] of Object.entries(kinds)) {
    if (identifier.test(name) && known.includes(kind)) continue;
    throw new GpuError(
      "invalid-argument",
      `${where}: expected a WGSL name and one of ${known.join(", ")}, got ${name}: ${kind}`,
    );
  }
}

function expectFeatureNames(where: string, features: readonly string[]): void {
  for (const feature of features) {
    if (isKernelFeature(feature)) continue;
    throw new GpuError(
      "invalid-argument",
      `${where}: features: expected WebGPU's names such as shader-f16, got ${feature}`,
    );
  }
}

/**
 * A kernel's spec with its literal types kept, so that the compiler knows its bindings and constants by name.
 * @throws GpuError "invalid-argument" without a file, or for names and kinds that WGSL does not have.
 */
export function defineKernel<
  const Bindings extends BindingKinds,
  const Constants extends ConstantKinds,
>(spec: KernelSpec<Bindings, Constants>): KernelSpec<Bindings, Constants> {
  const where = `kernel ${spec.name}`;
  if (spec.files.length === 0) {
    throw new GpuError("invalid-argument", `${where}: files: expected at least one, got none`);
  }
  expectNames(`${where}: bindings`, spec.bindings, bindingKinds);
  expectNames(`${where}: constants`, spec.constants, constantKinds);
  expectFeatureNames(where, spec.features ?? []);
  return spec;
}
