import type { Gpu } from "../device/gpu.ts";
import { assembleShader } from "./assemble-shader.ts";
import { compileShader } from "./compile-shader.ts";
import { expectFeatures } from "./expect-features.ts";
import type { BindingKinds, ConstantKinds, ConstantValues, KernelSpec } from "./kernel-spec.ts";
import type { ShaderMessage } from "./shader-message.ts";

/**
 * Checks a kernel's text, and makes no pipeline of it. A device of `openGpu({ backend: "null", experimental: true })` has
 * the features of every variant and no hardware: it checks what would run elsewhere only.
 * @returns The compiler's warnings and notes.
 * @throws GpuError as `createKernel` does.
 */
export async function validateShader<
  Bindings extends BindingKinds,
  Constants extends ConstantKinds,
>(
  gpu: Gpu,
  spec: KernelSpec<Bindings, Constants>,
  constants: ConstantValues<Constants>,
): Promise<readonly ShaderMessage[]> {
  gpu.expectUsable(`kernel ${spec.name}`);
  expectFeatures(gpu, spec);
  const { messages } = await compileShader(gpu, spec.name, assembleShader(spec, constants));
  return messages;
}
