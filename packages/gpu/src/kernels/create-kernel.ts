import type { GpuBuffer } from "../buffers/gpu-buffer.ts";
import type { Gpu } from "../device/gpu.ts";
import { GpuError } from "../gpu-error.ts";
import { assembleShader } from "./assemble-shader.ts";
import { bindBuffers } from "./bind-buffers.ts";
import { rawBuffer } from "./binding-entry.ts";
import { compileShader } from "./compile-shader.ts";
import type { BoundBuffers, Kernel, Workgroups } from "./kernel.ts";
import type {
  BindingKind,
  BindingKinds,
  ConstantKinds,
  ConstantValues,
  KernelSpec,
} from "./kernel-spec.ts";

const COMPUTE = 0x4; // GPUShaderStage.COMPUTE, a global of browsers only

const layoutTypes: Readonly<Record<BindingKind, GPUBufferBindingType>> = {
  read: "read-only-storage",
  "read-write": "storage",
  uniform: "uniform",
};

function expectFeatures(gpu: Gpu, { name, features = [] }: KernelSpec): void {
  const missing = features.filter((feature) => !gpu.report.features.includes(feature));
  if (missing.length === 0) return;
  throw new GpuError(
    "missing-feature",
    `kernel ${name}: expected a device with ${missing.join(", ")}, got ${gpu.report.description || "one"} without; choose a variant by report.features`,
  );
}

/** Stated, not derived from the shader: a derived layout leaves out bindings that a variant does not use. */
function createLayout(gpu: Gpu, { name, bindings }: KernelSpec): GPUBindGroupLayout {
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

async function createPipeline(
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

function expectCount(name: string, count: number, limit: number): void {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new GpuError(
      "invalid-argument",
      `kernel ${name}: workgroups: expected whole numbers of at least 1, got ${count}`,
    );
  }
  if (count <= limit) return;
  throw new GpuError(
    "over-limit",
    `kernel ${name}: workgroups: expected at most ${limit} (maxComputeWorkgroupsPerDimension), got ${count}`,
    { asked: count, offered: limit },
  );
}

class CompiledKernel<Bindings extends BindingKinds> implements Kernel<Bindings> {
  readonly name: string;
  readonly pipeline: GPUComputePipeline;
  readonly #gpu: Gpu;
  readonly #bindings: Bindings;
  readonly #layout: GPUBindGroupLayout;
  readonly #greatestCount: number;

  constructor(
    gpu: Gpu,
    spec: KernelSpec<Bindings>,
    compiled: { readonly pipeline: GPUComputePipeline; readonly layout: GPUBindGroupLayout },
  ) {
    this.name = spec.name;
    this.pipeline = compiled.pipeline;
    this.#gpu = gpu;
    this.#bindings = spec.bindings;
    this.#layout = compiled.layout;
    this.#greatestCount = gpu.report.limits.maxComputeWorkgroupsPerDimension ?? 65535;
  }

  bind(buffers: BoundBuffers<Bindings>): GPUBindGroup {
    const kernel = { name: this.name, bindings: this.#bindings, layout: this.#layout };
    return bindBuffers(this.#gpu, kernel, buffers);
  }

  record(pass: GPUComputePassEncoder, group: GPUBindGroup, workgroups: Workgroups): void {
    this.#gpu.expectUsable(this.name);
    const [x, y = 1, z = 1] = workgroups;
    expectCount(this.name, x, this.#greatestCount);
    expectCount(this.name, y, this.#greatestCount);
    expectCount(this.name, z, this.#greatestCount);
    pass.setPipeline(this.pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(x, y, z);
  }

  recordIndirect(
    pass: GPUComputePassEncoder,
    group: GPUBindGroup,
    buffer: GPUBuffer | GpuBuffer,
    byteOffset = 0,
  ): void {
    this.#gpu.expectUsable(this.name);
    const raw = rawBuffer(this.name, buffer);
    pass.setPipeline(this.pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroupsIndirect(raw, byteOffset);
  }
}

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
  const module = await compileShader(gpu, spec.name, shader);
  const layout = createLayout(gpu, spec);
  const pipeline = await createPipeline(gpu, spec.name, module, layout);
  return new CompiledKernel(gpu, spec, { pipeline, layout });
}
