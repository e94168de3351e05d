import type { Gpu } from "@sift-attention/gpu";
import { createGpuSampler } from "../../gpu-ops/sampling/create-gpu-sampler.ts";
import type { GpuSampler } from "../../gpu-ops/sampling/gpu-sampler.ts";

/** What a sampler is made for. */
export interface SamplerShape {
  readonly vocabularySize: number;
  readonly slots: number;
  /** Draws of a step at most. */
  readonly maxRows: number;
}

/** Samplers that nobody uses wait for caches of the same number of slots, so that these need not compile theirs. */
export class SamplerPool {
  readonly #gpu: Gpu;
  readonly #idle = new Map<string, GpuSampler[]>();

  constructor(gpu: Gpu) {
    this.#gpu = gpu;
  }

  /** @throws GpuError of the device or the compiler. */
  async take(shape: SamplerShape): Promise<GpuSampler> {
    return this.#of(shape).pop() ?? (await createGpuSampler(this.#gpu, shape));
  }

  /** Gives one back. */
  put(shape: SamplerShape, sampler: GpuSampler): void {
    const idle = this.#of(shape);
    if (idle.length > 0) sampler.dispose();
    else idle.push(sampler);
  }

  dispose(): void {
    for (const sampler of [...this.#idle.values()].flat()) sampler.dispose();
    this.#idle.clear();
  }

  #of(shape: SamplerShape): GpuSampler[] {
    const key = JSON.stringify(shape);
    const idle = this.#idle.get(key) ?? [];
    this.#idle.set(key, idle);
    return idle;
  }
}
