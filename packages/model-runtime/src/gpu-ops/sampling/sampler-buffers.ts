import type { Gpu, GpuBuffer } from "@sift-attention/gpu";
import type { GpuSamplerOptions } from "./gpu-sampler.ts";
import { type SamplerShapes, samplerShapes } from "./sampler-shape.ts";

/** The sampler's memory, by the names that shaders give it. */
export type SamplerBuffers = { readonly [Name in keyof SamplerShapes]: GpuBuffer<"u32"> };

/** Frees all of them. */
export function disposeBuffers(buffers: Readonly<Record<string, Disposable>>): void {
  for (const buffer of Object.values(buffers)) buffer[Symbol.dispose]();
}

/**
 * Allocates a sampler's memory; when one buffer cannot be had the others are freed.
 * @throws ModelError "bad-option", GpuError "over-limit".
 */
export function createSamplerBuffers(gpu: Gpu, options: GpuSamplerOptions): SamplerBuffers {
  const made: Record<string, GpuBuffer<"u32">> = {};
  try {
    for (const [name, shape] of Object.entries(samplerShapes(options))) {
      const usage = name === "plan" ? "uniform" : "storage";
      made[name] = gpu.createBuffer({ label: `sampling ${name}`, dtype: "u32", shape, usage });
    }
  } catch (error) {
    disposeBuffers(made);
    throw error;
  }
  return made as SamplerBuffers;
}
