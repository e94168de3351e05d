import type { Gpu, GpuBuffer } from "@sift-attention/gpu";
import { encodeF16Array } from "@sift-attention/tensor";
import { decodeBufferNeeds } from "../decode-buffer-needs.ts";
import type { DecodeBuffers } from "../decode-buffers.ts";
import type { DecodeStep } from "../decode-step.ts";
import type { DecodeBinding, SiftAttention } from "../sift-attention.ts";
import type { AttentionCase } from "./attention-case.ts";

/** What a step left in the caller's buffers. */
export interface StepResult {
  /** [batch, queryHeads, headDim]. */
  readonly output: Float32Array;
  /** [batch, queryHeads, 4]. */
  readonly statistics: Uint32Array;
  /** [batch, queryHeads]. */
  readonly quantiles: Float32Array;
  /** [slots, kvHeads, headDim]. */
  readonly valueSums: Float32Array;
  /** [batch, queryHeads], of one-pass sifts. */
  readonly estimates?: Float32Array;
}

/** Fields that only some options have. */
type Special = "keyScales" | "valueScales" | "estimates";

/** A buffer for every field that the options have. */
export type RigBuffers = {
  readonly [Field in Exclude<keyof DecodeBuffers, Special>]-?: GpuBuffer;
} & { readonly [Field in Special]?: GpuBuffer };

/** Encodes the dispatches of a step. */
export type Recording = (
  attention: SiftAttention,
  pass: GPUComputePassEncoder,
  binding: DecodeBinding,
) => void;

/** What buffers hold that no step has written: a number that none computes. */
export const untouched = -12345;

/** Buffers of the sizes that an attention wants. */
export function createBuffers(gpu: Gpu, attention: SiftAttention): RigBuffers {
  const needs = decodeBufferNeeds(attention.options);
  return Object.fromEntries(
    needs.map(({ field, dtype, shape }) => [
      field,
      gpu.createBuffer({ label: field, dtype, shape, usage: "storage" }),
    ]),
  ) as RigBuffers;
}

/** A SiftAttention with buffers of its own for all that it binds; many cases run through one rig. */
export class AttentionRig implements Disposable {
  readonly attention: SiftAttention;
  readonly binding: DecodeBinding;
  readonly buffers: RigBuffers;
  readonly #gpu: Gpu;

  constructor(gpu: Gpu, attention: SiftAttention) {
    this.#gpu = gpu;
    this.attention = attention;
    this.buffers = createBuffers(gpu, attention);
    this.binding = attention.bind(this.buffers);
  }

  /** Uploads a case and marks what a step writes as untouched. */
  load(attentionCase: AttentionCase): void {
    const { queries, sequences } = attentionCase;
    this.write("queries", queries);
    this.#writeCache(attentionCase);
    this.write("sequences", this.attention.packSequences(sequences));
    for (const field of ["output", "statistics", "quantiles"] as const) {
      const numbers = this.buffers[field].byteLength / 4;
      this.write(field, new Float32Array(numbers).fill(untouched));
    }
  }

  /** Puts numbers at the beginning of a buffer. */
  write(field: keyof DecodeBuffers, data: ArrayBufferView): void {
    this.#gpu.write(this.buffers[field]!, data);
  }

  /** Runs one pass and reads back what it wrote. */
  async run(record: Recording): Promise<StepResult> {
    this.#gpu.submit((encoder) => {
      const pass = encoder.beginComputePass();
      record(this.attention, pass, this.binding);
      pass.end();
    });
    const { output, statistics, quantiles, valueSums, estimates } = this.buffers;
    return {
      output: await this.#gpu.read(output as GpuBuffer<"f32">),
      statistics: await this.#gpu.read(statistics as GpuBuffer<"u32">),
      quantiles: await this.#gpu.read(quantiles as GpuBuffer<"f32">),
      valueSums: await this.#gpu.read(valueSums as GpuBuffer<"f32">),
      ...(estimates && { estimates: await this.#gpu.read(estimates as GpuBuffer<"f32">) }),
    };
  }

  [Symbol.dispose](): void {
    this.attention.dispose();
    for (const buffer of Object.values<GpuBuffer>(this.buffers)) buffer.dispose();
  }

  #writeCache({ keys, values, quantised }: AttentionCase): void {
    if (quantised) {
      this.write("keys", quantised.keys.numbers);
      this.write("values", quantised.values.numbers);
      this.write("keyScales", quantised.keys.scales);
      this.write("valueScales", quantised.values.scales);
      return;
    }
    for (const [field, cache] of [
      ["keys", keys],
      ["values", values],
    ] as const) {
      const rows = Float32Array.from(cache);
      this.write(field, this.attention.options.kvType === "f16" ? encodeF16Array(rows) : rows);
    }
  }
}

/** The step that a case's sequences make. */
export function stepOf({ sequences }: AttentionCase): DecodeStep {
  const longestContext = Math.max(...sequences.map(({ contextLength }) => contextLength));
  return { sequences: sequences.length, longestContext };
}
