import type { Gpu } from "@sift-attention/gpu";
import type { LinearPipeline, PlannedLinear } from "./planned-linear.ts";

const compiled = new WeakMap<Gpu, Map<string, Promise<LinearPipeline>>>();

/** Compiles a kernel, or hands out the one that was compiled of the same text on this device. */
export function compileLinear(gpu: Gpu, planned: PlannedLinear): Promise<LinearPipeline> {
  const kernels = compiled.get(gpu) ?? new Map<string, Promise<LinearPipeline>>();
  compiled.set(gpu, kernels);
  const { code } = planned.assemble();
  const known = kernels.get(code);
  if (known) return known;
  const kernel = planned.compile(gpu);
  kernels.set(code, kernel);
  kernel.catch(() => kernels.delete(code)); // what failed once is tried again
  return kernel;
}
