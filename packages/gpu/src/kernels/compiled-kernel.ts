import { usageFlags } from "../buffers/buffer-usage.ts";
import type { GpuBuffer } from "../buffers/gpu-buffer.ts";
import type { Gpu } from "../device/gpu.ts";
import { GpuError } from "../gpu-error.ts";
import { bindBuffers } from "./bind-buffers.ts";
import { rawBuffer } from "./binding-entry.ts";
import type { BoundBuffers, Kernel, Workgroups } from "./kernel.ts";
import type { BindingKinds, KernelSpec } from "./kernel-spec.ts";

const indirectBytes = 12; // three u32

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

function expectIndirect(where: string, buffer: GPUBuffer, byteOffset: number): void {
  if (!(buffer.usage & usageFlags.INDIRECT)) {
    throw new GpuError(
      "invalid-argument",
      `${where}: expected a buffer of usage INDIRECT, got flags 0x${buffer.usage.toString(16)}`,
    );
  }
  const greatest = buffer.size - indirectBytes;
  const isInside = Number.isSafeInteger(byteOffset) && byteOffset >= 0 && byteOffset <= greatest;
  if (isInside && byteOffset % 4 === 0) return;
  throw new GpuError(
    "invalid-argument",
    `${where}: byteOffset: expected a multiple of 4 up to ${greatest}, got ${byteOffset}`,
  );
}

/** A kernel that is ready to run. */
export class CompiledKernel<Bindings extends BindingKinds> implements Kernel<Bindings> {
  readonly name: string;
  readonly pipeline: GPUComputePipeline;
  readonly #gpu: Gpu;
  readonly #bindings: Bindings;
  readonly #layout: GPUBindGroupLayout;
  readonly #greatestCount: number;
  readonly #where: string;

  constructor(
    gpu: Gpu,
    spec: KernelSpec<Bindings>,
    compiled: { readonly pipeline: GPUComputePipeline; readonly layout: GPUBindGroupLayout },
  ) {
    this.name = spec.name;
    this.#where = `kernel ${spec.name}`;
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
    this.#gpu.expectUsable(this.#where);
    const x = workgroups[0];
    const y = workgroups[1] ?? 1;
    const z = workgroups[2] ?? 1;
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
    this.#gpu.expectUsable(this.#where);
    const raw = rawBuffer(this.#where, buffer);
    expectIndirect(this.#where, raw, byteOffset);
    pass.setPipeline(this.pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroupsIndirect(raw, byteOffset);
  }
}
