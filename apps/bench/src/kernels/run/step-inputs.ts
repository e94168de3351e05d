import type { Gpu, GpuBuffer } from "@sift-attention/gpu";
import type { SiftAttention } from "@sift-attention/sift-attention-kernels";
import type { KernelCase } from "../cases/kernel-case.ts";
import {
  expectedLogSumExp,
  keptCount,
  logThreshold,
  type PlantedBands,
} from "../data/planted-bands.ts";

/** What one contestant's step is told, beside the buffers of the layer. */
export interface StepInput {
  /** Keys that each sequence sees. */
  readonly contextLength: number;
  /** What thresholds and top-k keep of the whole context. */
  readonly fraction: number;
  /** The lowest finite threshold in the place of −∞: nothing is dropped, but every key is compared. */
  readonly isLowest?: boolean;
  /** [batch, queryHeads], of a one-pass sift: its thresholds are set so that it keeps what the exact one does. */
  readonly estimates?: Float32Array;
}

const LOWEST_F32 = -3.4028234663852886e38;

/** ln θ that keeps `fraction` of a case's keys, for steps that see `contextLength` of them. */
export function stepThreshold(
  bands: PlantedBands,
  { contextLength, fraction, isLowest }: StepInput,
): number {
  if (isLowest) return LOWEST_F32;
  const context = bands.counts.at(-1)!;
  const logSumExp = expectedLogSumExp(bands) + Math.log(contextLength / context);
  return logThreshold(bands, fraction, logSumExp);
}

interface InputBuffers {
  readonly sequences: GpuBuffer<"u32">;
  readonly logThresholds: GpuBuffer<"f32">;
}

/**
 * The buffers that steps read their thresholds and ranks from. Their contents come by copies from prepared ones between
 * passes, so that all contestants share one set of bindings.
 */
export class StepInputs {
  readonly live: InputBuffers;
  readonly #gpu: Gpu;
  readonly #attention: SiftAttention;
  readonly #kernelCase: KernelCase;
  readonly #bands: PlantedBands;
  readonly #prepared = new Map<string, InputBuffers>();

  constructor(gpu: Gpu, attention: SiftAttention, kernelCase: KernelCase, bands: PlantedBands) {
    this.#gpu = gpu;
    this.#attention = attention;
    this.#kernelCase = kernelCase;
    this.#bands = bands;
    this.live = this.#prepare({ contextLength: kernelCase.context, fraction: 1 });
  }

  /** A function that encodes the copies of this input. */
  selector(input: StepInput): (encoder: GPUCommandEncoder) => void {
    const { estimates, ...others } = input;
    const key = JSON.stringify({ ...others, isSampled: estimates !== undefined });
    const prepared = this.#prepared.get(key) ?? this.#prepare(input);
    this.#prepared.set(key, prepared);
    const pairs = [
      [prepared.sequences.raw, this.live.sequences.raw],
      [prepared.logThresholds.raw, this.live.logThresholds.raw],
    ] as const;
    return (encoder) => {
      for (const [from, to] of pairs) encoder.copyBufferToBuffer(from, 0, to, 0, from.size);
    };
  }

  dispose(): void {
    for (const buffers of [this.live, ...this.#prepared.values()]) {
      buffers.sequences.dispose();
      buffers.logThresholds.dispose();
    }
  }

  #prepare(input: StepInput): InputBuffers {
    const { shape, batch } = this.#kernelCase;
    const { queryHeads } = shape.geometry;
    const { contextLength, fraction } = input;
    const keptKeys = keptCount(fraction, contextLength);
    const sequences = this.#attention.packSequences(
      Array.from({ length: batch }, (_, slot) => ({ slot, contextLength, keptKeys })),
    );
    const { estimates } = input;
    const exact = stepThreshold(this.#bands, input);
    const thresholds = Float32Array.from({ length: batch * queryHeads }, (_, head) =>
      estimates ? logThreshold(this.#bands, fraction, estimates[head]!) : exact,
    );
    const logThresholds = this.#attention.packLogThresholds(thresholds);
    const usage = "storage";
    return {
      sequences: this.#gpu.createBuffer({
        label: "sequences",
        dtype: "u32",
        shape: [batch, 4],
        usage,
        data: sequences,
      }),
      logThresholds: this.#gpu.createBuffer({
        label: "logThresholds",
        dtype: "f32",
        shape: [batch, queryHeads],
        usage,
        data: logThresholds,
      }),
    };
  }
}
