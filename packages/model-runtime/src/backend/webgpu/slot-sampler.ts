import type { BoundSampler, GpuSampler } from "../../gpu-ops/sampling/gpu-sampler.ts";
import { type Drawing, drawWords } from "./draw-tokens.ts";
import type { Readback } from "./readback-ring.ts";

/** The sampler of a cache's slots, bound to the decoder's logits. */
export class SlotSampler {
  readonly sampler: GpuSampler;
  readonly #bound: BoundSampler;

  constructor(sampler: GpuSampler, bound: BoundSampler) {
    this.sampler = sampler;
    this.#bound = bound;
  }

  /** Encodes the drawing of a token from the logits of each of the rows. */
  record(pass: GPUComputePassEncoder, drawings: readonly Drawing[]): void {
    this.#bound.record(pass, drawings);
  }

  /** Encodes a copy of what was drawn; returns where the readback has it. */
  copy(encoder: GPUCommandEncoder, readback: Readback, { length }: readonly Drawing[]): number {
    const byteLength = length * drawWords * Uint32Array.BYTES_PER_ELEMENT;
    return readback.copy(encoder, this.sampler.results, byteLength);
  }
}
