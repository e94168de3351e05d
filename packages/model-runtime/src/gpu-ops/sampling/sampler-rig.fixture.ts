import type { Gpu, GpuBuffer } from "@sift-attention/gpu";
import type { SamplingOptions } from "../../generate-options.ts";
import { createSampler, type Sampler } from "../../sampling/sampler.ts";
import { samplingRules } from "../../sampling/sampling-rules.ts";
import { createGpuSampler } from "./create-gpu-sampler.ts";
import type { BoundSampler, GpuDraw, GpuSampler } from "./gpu-sampler.ts";
import { type DrawResult, readDraw } from "./read-draw.ts";
import type { SamplerKernels } from "./sampler-kernels.ts";

/** A sampler on a device over logits that tests write, and the processor's samplers beside it. */
export interface SamplerRig extends Disposable {
  readonly sampler: GpuSampler;
  /** Starts a slot on both sides. */
  start(
    slot: number,
    options: SamplingOptions,
    prompt?: readonly number[],
    generated?: readonly number[],
  ): Sampler;
  /** Writes rows of logits, from row 0 on: [vocabulary] each. */
  write(...rows: readonly Float32Array<ArrayBuffer>[]): void;
  draw(...draws: readonly GpuDraw[]): Promise<readonly DrawResult[]>;
}

/** Makes a rig of two slots and two rows. */
export async function createSamplerRig(
  gpu: Gpu,
  kernels: SamplerKernels,
  vocabularySize: number,
): Promise<SamplerRig> {
  const maxRows = 2;
  const options = { vocabularySize, slots: maxRows, maxRows };
  const sampler = await createGpuSampler(gpu, options, kernels);
  const shape = [maxRows, vocabularySize];
  const logits: GpuBuffer = gpu.createBuffer({
    ...{ label: "logits", dtype: "f32", usage: "storage", shape },
  });
  const bound: BoundSampler = sampler.bind({ logits });
  return {
    sampler,
    start(slot, options, prompt = [], generated = []) {
      const rules = samplingRules({ seed: 1, ...options }, {}, vocabularySize);
      sampler.start(slot, rules, prompt, generated);
      return createSampler(rules, vocabularySize, prompt, generated);
    },
    write(...rows) {
      rows.forEach((row, index) => {
        gpu.write(logits, row, index * vocabularySize * 4);
      });
    },
    async draw(...draws) {
      gpu.submit((encoder) => {
        const pass = encoder.beginComputePass();
        bound.record(pass, draws);
        pass.end();
      });
      const words = await gpu.read(sampler.results);
      return draws.map((_, index) => readDraw(words, index));
    },
    [Symbol.dispose]() {
      logits.dispose();
      sampler.dispose();
    },
  };
}
