import type { BoundBuffer } from "@sift-attention/gpu";
import type { DecodeBinding, DecodeSequence } from "@sift-attention/sift-attention-kernels";
import type { AttentionSettings } from "./attention-settings.ts";
import type { AttentionLease, AttentionShape, CompiledAttention } from "./compiled-attention.ts";

/** What attention of one layer reads and writes; the buffers of `DecodeBuffers`. */
export interface AttentionBuffers {
  readonly queries: BoundBuffer;
  readonly keys: BoundBuffer;
  readonly values: BoundBuffer;
  readonly keyScales?: BoundBuffer;
  readonly valueScales?: BoundBuffer;
  readonly sequences: BoundBuffer;
  /** For sifted steps. */
  readonly logThresholds?: BoundBuffer;
  readonly valueSums?: BoundBuffer;
  readonly quantiles: BoundBuffer;
  readonly output: BoundBuffer;
  readonly statistics: BoundBuffer;
}

/** A layer's part in the attention of a cache. */
export interface AttentionLayer {
  /** Multiplies q·k. */
  readonly scale: number;
  readonly buffers: AttentionBuffers;
}

/** What the rows of a step have in common. */
export interface AttentionStep {
  /** Rows. */
  readonly sequences: number;
  /** Keys that the row which sees most sees in this layer. */
  readonly longestContext: number;
  /** `quantiles`: they alone, no output. */
  readonly kind: "full" | "sifted" | "top-k" | "quantiles";
  readonly quantiles: boolean;
  /** Whether the sums of the values are made anew, because they do not reach through the rows. */
  readonly sumsValues: boolean;
}

interface BoundLayer {
  readonly lease: AttentionLease;
  readonly binding: DecodeBinding;
}

/** Decode attention of one rule's settings in all layers over one cache. */
export class SlotAttention {
  readonly settings: AttentionSettings;
  readonly #layers: readonly BoundLayer[];

  constructor(settings: AttentionSettings, layers: readonly BoundLayer[]) {
    this.settings = settings;
    this.#layers = layers;
  }

  /** u32 [sequences, 4]. @throws SiftError "invalid-step". */
  packSequences(sequences: readonly DecodeSequence[]): Uint32Array {
    return this.#layers[0]!.lease.attention.packSequences(sequences);
  }

  record(pass: GPUComputePassEncoder, layer: number, step: AttentionStep): void {
    const { lease, binding } = this.#layers[layer]!;
    const { attention } = lease;
    const { kind, quantiles, sumsValues } = step;
    if (sumsValues) attention.recordValueSums(pass, binding, { ...step, rows: "all" });
    if (kind === "top-k") attention.recordTopK(pass, binding, step);
    if (kind === "sifted") attention.recordSifted(pass, binding, step);
    if (kind === "full" && quantiles) attention.recordFullWithQuantiles(pass, binding, step);
    if (kind === "full" && !quantiles) attention.recordFull(pass, binding, step);
    if (kind === "quantiles" || (kind === "sifted" && quantiles))
      attention.recordQuantiles(pass, binding, step);
  }

  dispose(): void {
    for (const { lease } of this.#layers) lease.release();
  }
}

/**
 * Compiles what the settings need, unless that is there, and binds the layers.
 * @throws SiftError, GpuError of the device or the compiler; nothing stays held then.
 */
export async function createSlotAttention(
  compiled: CompiledAttention,
  shape: Omit<AttentionShape, "scale">,
  layers: readonly AttentionLayer[],
): Promise<SlotAttention> {
  const leases = new Map<number, AttentionLease>();
  try {
    for (const { scale } of layers) {
      if (!leases.has(scale)) leases.set(scale, await compiled.lease({ ...shape, scale }));
    }
    const bound = layers.map(({ scale, buffers }) => {
      const lease = leases.get(scale)!;
      return { lease, binding: lease.attention.bind(buffers) };
    });
    return new SlotAttention(shape.settings, bound);
  } catch (error) {
    for (const lease of leases.values()) lease.release();
    throw error;
  }
}
