/// <reference types="@webgpu/types" />

export type { BufferUsage, ShaderUsage } from "./buffers/buffer-usage.ts";
export type { BufferSpec, GpuBuffer } from "./buffers/gpu-buffer.ts";
export type { MemoryUse } from "./buffers/memory-gauge.ts";
export type { TypedArrays } from "./buffers/typed-arrays.ts";
export type { Gpu, ReadRange } from "./device/gpu.ts";
export type { DeviceLoss, GpuEvent, GpuListener } from "./device/gpu-event.ts";
export type { GpuReport, SubgroupMatrix } from "./device/gpu-report.ts";
export { openGpu } from "./device/open-gpu.ts";
export type { GpuBackend, OpenGpuOptions } from "./device/open-options.ts";
export { wrapGpu } from "./device/wrap-gpu.ts";
export { GpuError, type GpuErrorCode, type GpuErrorOptions } from "./gpu-error.ts";
export { type AssembledShader, assembleShader } from "./kernels/assemble-shader.ts";
export { createKernel } from "./kernels/create-kernel.ts";
export { defineKernel } from "./kernels/define-kernel.ts";
export {
  defineUniforms,
  type UniformFields,
  type Uniforms,
  type UniformType,
  type UniformValues,
} from "./kernels/define-uniforms.ts";
export type { BoundBuffer, BoundBuffers, Kernel, Workgroups } from "./kernels/kernel.ts";
export type {
  BindingKind,
  BindingKinds,
  ConstantKind,
  ConstantKinds,
  ConstantValues,
  KernelFeature,
  KernelSpec,
  ShaderFile,
} from "./kernels/kernel-spec.ts";
export {
  type FileLine,
  type LineMap,
  type LineSpan,
  locateLine,
  type SourceLine,
} from "./kernels/line-map.ts";
export type { ShaderMessage } from "./kernels/shader-message.ts";
export { validateShader } from "./kernels/validate-shader.ts";
export { createStopwatch, type PassTime, type Stopwatch } from "./timing/stopwatch.ts";
