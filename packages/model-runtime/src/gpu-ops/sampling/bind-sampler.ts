import type { BoundBuffer } from "@sift-attention/gpu";
import type { SamplerBuffers } from "./sampler-buffers.ts";
import type { SamplerKernels } from "./sampler-kernels.ts";

/** A kernel with its buffers. */
export interface BoundStep {
  record(pass: GPUComputePassEncoder, workgroups: readonly [x: number, y?: number]): void;
}

/** The sampler's kernels over the logits of one buffer. */
export type BoundSteps = Readonly<Record<Exclude<keyof SamplerKernels, "rounds">, BoundStep>>;

/**
 * Binds all kernels.
 * @throws GpuError of `Kernel.bind`.
 */
export function bindSampler(
  kernels: SamplerKernels,
  buffers: SamplerBuffers,
  logits: BoundBuffer,
): BoundSteps {
  const { plan, marks, rows, stats, masses, bins, tokens, results } = buffers;
  const settled = { logits, stats, marks, tokens, results };
  const { adjust, pick, weigh, scatter, draw } = kernels;
  const groups = {
    adjust: adjust.bind({ plan, logits, marks, rows, stats, bins }),
    pick: pick.bind({ plan, ...settled }),
    weigh: weigh.bind({ plan, stats, rows, masses, bins }),
    scatter: scatter.bind({ plan, rows, bins }),
    draw: draw.bind({ plan, ...settled, rows, masses, bins }),
  };
  return {
    adjust: { record: (pass, counts) => adjust.record(pass, groups.adjust, counts) },
    pick: { record: (pass, counts) => pick.record(pass, groups.pick, counts) },
    weigh: { record: (pass, counts) => weigh.record(pass, groups.weigh, counts) },
    scatter: { record: (pass, counts) => scatter.record(pass, groups.scatter, counts) },
    draw: { record: (pass, counts) => draw.record(pass, groups.draw, counts) },
  };
}
