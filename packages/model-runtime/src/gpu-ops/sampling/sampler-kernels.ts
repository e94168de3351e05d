import { createKernel, type Gpu, type Kernel, type KernelSpec } from "@sift-attention/gpu";
import { adjustKernel } from "./adjust.ts";
import { drawKernel } from "./draw.ts";
import type { GpuSamplerOptions } from "./gpu-sampler.ts";
import { pickKernel } from "./pick.ts";
import { scatterKernel } from "./scatter.ts";
import { samplerValues } from "./shader-files.ts";
import { weighKernel } from "./weigh.ts";

type Compiled<Spec> = Spec extends KernelSpec<infer Bindings> ? Kernel<Bindings> : never;

/** The compiled kernels. */
export interface SamplerKernels {
  readonly adjust: Compiled<typeof adjustKernel>;
  readonly pick: Compiled<typeof pickKernel>;
  readonly weigh: Compiled<typeof weighKernel>;
  readonly scatter: Compiled<typeof scatterKernel>;
  readonly draw: Compiled<typeof drawKernel>;
}

/**
 * Compiles all of them.
 * @throws GpuError of `createKernel`.
 */
export async function compileSampler(
  gpu: Gpu,
  options: GpuSamplerOptions,
): Promise<SamplerKernels> {
  const values = samplerValues(options);
  const [adjust, pick, weigh, scatter, draw] = await Promise.all([
    createKernel(gpu, adjustKernel, values),
    createKernel(gpu, pickKernel, values),
    createKernel(gpu, weighKernel, values),
    createKernel(gpu, scatterKernel, values),
    createKernel(gpu, drawKernel, values),
  ]);
  return { adjust, pick, weigh, scatter, draw };
}
