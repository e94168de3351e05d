import type { Gpu } from "../device/gpu.ts";
import { assembleShader } from "./assemble-shader.ts";
import { compileShader } from "./compile-shader.ts";
import { CompiledKernel } from "./compiled-kernel.ts";
import { createLayout, createPipeline } from "./create-pipeline.ts";
import { expectFeatures } from "./expect-features.ts";
import type { Kernel } from "./kernel.ts";
import type { BindingKinds, ConstantKinds, ConstantValues, KernelSpec } from "./kernel-spec.ts";

/**
 * Compiles a kernel with its constants.
 * @throws GpuError "shader-compile" with file, line and column of each error; "missing-feature"; "invalid-argument" for
 * wrong constants, or a shader that declares other bindings than the spec.
 */
export async function createKernel<Bindings extends BindingKinds, Constants extends ConstantKinds>(
  gpu: Gpu,
  spec: KernelSpec<Bindings, Constants>,
  constants: ConstantValues<Constants>,
): Promise<Kernel<Bindings>> {
  gpu.expectUsable(`kernel ${spec.name}`);
  expectFeatures(gpu, spec);
  const shader = assembleShader(spec, constants);
  const { module } = await compileShader(gpu, spec.name, shader);
  const layout = createLayout(gpu, spec);
  const pipeline = await createPipeline(gpu, spec.name, module, layout);
  return new CompiledKernel(gpu, spec, { pipeline, layout });
}
