import type { BoundBuffer, Gpu, GpuBuffer } from "@sift-attention/gpu";
import { ModelError } from "../../model-error.ts";
import type { SamplingRules } from "../../sampling/sampling-rules.ts";
import { type BoundSteps, bindSampler } from "./bind-sampler.ts";
import { expectDraws, expectIndex } from "./expect-draws.ts";
import type { BoundSampler, GpuDraw, GpuSampler, GpuSamplerOptions } from "./gpu-sampler.ts";
import { drawWords, packDraws, planHeadWords } from "./pack-draws.ts";
import { createSamplerBuffers, disposeBuffers, type SamplerBuffers } from "./sampler-buffers.ts";
import { compileSampler, type SamplerKernels } from "./sampler-kernels.ts";
import { blockCount, blockRounds, samplerShapes } from "./sampler-shape.ts";
import { packSlotRules, type RuleFlags, ruleFlags, slotRulesWords } from "./slot-rules.ts";
import { packBiases, packMarks } from "./token-marks.ts";

/** Rules of a slot that nothing was started in: temperature 0, all else off. */
const unstarted: RuleFlags = {
  hasBias: false,
  hasPenalty: false,
  samples: false,
  truncates: false,
};

/** A sampler's kernels and memory, and which rules its slots have. */
class DeviceSampler implements GpuSampler {
  readonly #gpu: Gpu;
  readonly #options: GpuSamplerOptions;
  readonly #kernels: SamplerKernels;
  readonly #buffers: SamplerBuffers;
  readonly #flags: RuleFlags[];
  readonly #rules: Uint32Array[];
  readonly #words: Uint32Array<ArrayBuffer>;

  constructor(gpu: Gpu, options: GpuSamplerOptions, kernels: SamplerKernels) {
    this.#gpu = gpu;
    this.#options = options;
    this.#kernels = kernels;
    this.#buffers = createSamplerBuffers(gpu, options);
    this.#flags = new Array<RuleFlags>(options.slots).fill(unstarted);
    this.#rules = new Array<Uint32Array>(options.slots).fill(new Uint32Array(slotRulesWords));
    this.#words = new Uint32Array(options.maxRows * drawWords);
    const { vocabularySize } = options;
    gpu.write(this.#buffers.plan, Uint32Array.of(vocabularySize, blockCount(vocabularySize)));
  }

  get tokens(): GpuBuffer<"u32"> {
    return this.#buffers.tokens;
  }

  get results(): GpuBuffer<"u32"> {
    return this.#buffers.results;
  }

  start(
    slot: number,
    rules: SamplingRules,
    prompt: readonly number[],
    generated: readonly number[] = [],
  ): void {
    const { slots, vocabularySize } = this.#options;
    expectIndex("slot", slot, slots);
    for (const ids of [prompt, generated]) {
      for (const id of ids) expectIndex("token", id, vocabularySize);
    }
    const flags = ruleFlags(rules);
    const { marks } = this.#buffers;
    const firstByte = slot * 2 * vocabularySize * 4;
    if (flags.hasBias) {
      this.#gpu.write(marks, packBiases(rules.logitBias, vocabularySize), firstByte);
    }
    if (flags.hasPenalty) {
      const packed = packMarks(prompt, generated, vocabularySize);
      this.#gpu.write(marks, packed, firstByte + vocabularySize * 4);
    }
    this.#flags[slot] = flags;
    this.#rules[slot] = packSlotRules(rules);
  }

  bind({ logits }: { readonly logits: BoundBuffer }): BoundSampler {
    const steps = bindSampler(this.#kernels, this.#buffers, logits);
    return { record: (pass, draws) => this.#record(steps, pass, draws) };
  }

  dispose(): void {
    disposeBuffers(this.#buffers);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #record(steps: BoundSteps, pass: GPUComputePassEncoder, draws: readonly GpuDraw[]): void {
    expectDraws(draws, this.#options);
    packDraws(draws, this.#rules, this.#words);
    const count = draws.length;
    const words = this.#words.subarray(0, count * drawWords);
    this.#gpu.write(this.#buffers.plan, words, planHeadWords * Uint32Array.BYTES_PER_ELEMENT);
    const has = (flag: "samples" | "truncates"): boolean =>
      draws.some(({ slot }) => this.#flags[slot]![flag]);
    const blocks = blockCount(this.#options.vocabularySize);
    steps.adjust.record(pass, [blocks, count]);
    if (draws.some(({ slot }) => !this.#flags[slot]!.samples)) steps.pick.record(pass, [count]);
    if (!has("samples")) return;
    steps.weigh.record(pass, [blocks, count]);
    if (has("truncates")) steps.scatter.record(pass, [blocks, count]);
    steps.draw.record(pass, [count]);
  }
}

function expectRounds({ rounds }: SamplerKernels, { vocabularySize }: GpuSamplerOptions): void {
  const expected = blockRounds(vocabularySize);
  if (rounds === expected) return;
  throw new ModelError(
    "bad-option",
    `sampling: kernels: expected those for ${vocabularySize} tokens, ${expected} an invocation, got ${rounds}`,
  );
}

/**
 * Allocates a sampler's memory, see `samplerBytes`, and compiles what is not given: kernels of `compileSampler` for the
 * same device and vocabulary.
 * @throws ModelError "bad-option" for sizes, and the errors of `createKernel` and `createBuffer`.
 */
export async function createGpuSampler(
  gpu: Gpu,
  options: GpuSamplerOptions,
  kernels?: SamplerKernels,
): Promise<GpuSampler> {
  samplerShapes(options); // refuses sizes before anything is compiled
  const compiled = kernels ?? (await compileSampler(gpu, options.vocabularySize));
  expectRounds(compiled, options);
  return new DeviceSampler(gpu, options, compiled);
}
