import { createKernel, type Gpu, type Kernel, type KernelSpec } from "@sift-attention/gpu";
import { adjustKernel } from "./adjust.ts";
import { drawKernel } from "./draw.ts";
import { pickKernel } from "./pick.ts";
import { scatterKernel } from "./scatter.ts";
import { samplerValues } from "./shader-files.ts";
import { weighKernel } from "./weigh.ts";

type Compiled<Spec> = Spec extends KernelSpec<infer Bindings> ? Kernel<Bindings> : never;

/** The compiled kernels. */
export interface SamplerKernels {
  /** Tokens that each invocation takes: the kernels serve all vocabularies of the same `blockRounds`. */
  readonly rounds: number;
  readonly adjust: Compiled<typeof adjustKernel>;
  readonly pick: Compiled<typeof pickKernel>;
  readonly weigh: Compiled<typeof weighKernel>;
  readonly scatter: Compiled<typeof scatterKernel>;
  readonly draw: Compiled<typeof drawKernel>;
}

/**
 * Compiles them for a vocabulary; they serve any number of samplers of it.
 * @throws GpuError of `createKernel`.
 */
export async function compileSampler(gpu: Gpu, vocabularySize: number): Promise<SamplerKernels> {
  const values = samplerValues(vocabularySize);
  const [adjust, pick, weigh, scatter, draw] = await Promise.all([
    createKernel(gpu, adjustKernel, values),
    createKernel(gpu, pickKernel, values),
    createKernel(gpu, weighKernel, values),
    createKernel(gpu, scatterKernel, values),
    createKernel(gpu, drawKernel, values),
  ]);
  return { rounds: values.ROUNDS, adjust, pick, weigh, scatter, draw };
}
