import type { GpuBuffer } from "../buffers/gpu-buffer.ts";
import type { BindingKinds } from "./kernel-spec.ts";

/** A buffer, or `size` bytes of it from `offset` on. */
export type BoundBuffer =
  | GPUBuffer
  | GpuBuffer
  | {
      readonly buffer: GPUBuffer | GpuBuffer;
      /** In bytes, a multiple of the device's least offset alignment. */
      readonly offset?: number;
      readonly size?: number;
    };

/** A buffer for each of a kernel's bindings. */
export type BoundBuffers<Bindings extends BindingKinds> = {
  readonly [Name in keyof Bindings]: BoundBuffer;
};

/** Counts of workgroups in x, y and z; those left out are 1. */
export type Workgroups = readonly [x: number, y?: number, z?: number];

/** A compiled kernel. */
export interface Kernel<Bindings extends BindingKinds = BindingKinds> {
  readonly name: string;
  readonly pipeline: GPUComputePipeline;

  /**
   * Binds buffers by name.
   * @throws GpuError "invalid-argument" for a missing or unknown name, a wrong usage, an offset that is not aligned, a
   * range outside the buffer or a writable buffer bound twice; "over-limit" for more bytes than one binding may have;
   * "disposed".
   */
  bind(buffers: BoundBuffers<Bindings>): GPUBindGroup;

  /**
   * Encodes one dispatch; allocates nothing.
   * @throws GpuError "invalid-argument" unless the counts are whole numbers of at least 1, "over-limit" when one is
   * over `maxComputeWorkgroupsPerDimension`.
   */
  record(pass: GPUComputePassEncoder, group: GPUBindGroup, workgroups: Workgroups): void;

  /**
   * Encodes one dispatch whose counts, three u32 at `byteOffset`, a shader has written.
   * @throws GpuError "invalid-argument" unless the buffer is of usage "indirect" and holds them there.
   */
  recordIndirect(
    pass: GPUComputePassEncoder,
    group: GPUBindGroup,
    buffer: GPUBuffer | GpuBuffer,
    byteOffset?: number,
  ): void;
}
