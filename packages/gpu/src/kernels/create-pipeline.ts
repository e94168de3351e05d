import type { Gpu } from "../device/gpu.ts";
import { GpuError } from "../gpu-error.ts";
import type { BindingKind, KernelSpec } from "./kernel-spec.ts";

const COMPUTE = 0x4; // GPUShaderStage.COMPUTE, a global of browsers only

const layoutTypes: Readonly<Record<BindingKind, GPUBufferBindingType>> = {
  read: "read-only-storage",
  "read-write": "storage",
  uniform: "uniform",
};

/** The layout of a kernel's bindings. It is stated, not derived from the shader: a derived layout leaves out bindings that a variant does not use. */
export function createLayout(gpu: Gpu, { name, bindings }: KernelSpec): GPUBindGroupLayout {
  return gpu.guard(`kernel ${name}`, () =>
    gpu.device.createBindGroupLayout({
      label: name,
      entries: Object.values(bindings).map((kind, binding) => ({
        binding,
        visibility: COMPUTE,
        buffer: { type: layoutTypes[kind] },
      })),
    }),
  );
}

/**
 * The pipeline of a compiled shader.
 * @throws GpuError "shader-compile" when the device refuses it.
 */
export async function createPipeline(
  gpu: Gpu,
  name: string,
  module: GPUShaderModule,
  bindGroupLayout: GPUBindGroupLayout,
): Promise<GPUComputePipeline> {
  const layout = gpu.device.createPipelineLayout({
    label: name,
    bindGroupLayouts: [bindGroupLayout],
  });
  try {
    return await gpu.device.createComputePipelineAsync({
      label: name,
      layout,
      compute: { module, entryPoint: "main" },
    });
  } catch (cause) {
    gpu.expectUsable(`kernel ${name}`);
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new GpuError(
      "shader-compile",
      `kernel ${name}: expected a pipeline, got ${message.trim()}`,
      { cause },
    );
  }
}
