import type { BoundBuffer, Gpu, GpuBuffer } from "@sift-attention/gpu";
import type { KvType } from "@sift-attention/sift-attention-kernels";
import { type Append, createAppend } from "../gpu-ops/append/append.ts";
import type { AppendOptions } from "../gpu-ops/append/append-options.ts";
import { createRotaryTable } from "../gpu-ops/append/rotary-table.ts";
import {
  createPrefillAttention,
  type PrefillAttention,
} from "../gpu-ops/prefill/prefill-attention.ts";
import type { PrefillOptions } from "../gpu-ops/prefill/prefill-options.ts";
import type { BoundRows } from "../gpu-ops/row-places/bind-rows.ts";
import type { AttentionBlueprint, DecoderBlueprint } from "../layers/decoder-blueprint.ts";
import { CompileOnce } from "./compile-once.ts";
import type { DecoderScratch } from "./decoder-scratch.ts";
import type { DecoderWeights } from "./decoder-weights.ts";

/** The cache that layers write to and read from. */
export interface CacheBuffers {
  readonly kvType: KvType;
  readonly slots: number;
  readonly capacity: number;
  /** One a layer: [slots, kvHeads, capacity, headDim]. */
  readonly keys: readonly GpuBuffer[];
  readonly values: readonly GpuBuffer[];
  /** One a layer for "i8", else none: f32 [2, scalePitch]. */
  readonly scales: readonly GpuBuffer[];
  /** One a layer: f32 [slots, kvHeads, headDim]. */
  readonly valueSums: readonly BoundBuffer[];
  /** Of `packRowPlaces`. */
  readonly places: BoundBuffer;
}

/** What a layer computes on its cache. */
export interface CacheLayer {
  /** projected to queries, keys and values to the cache. */
  readonly append: BoundRows;
  /** Causal attention of many rows of one slot: queries to attended. */
  readonly prefill: BoundRows;
}

/** All layers over one cache. */
export interface CacheLayers {
  readonly layers: readonly CacheLayer[];
  readonly byteLength: number;
  dispose(): void;
}

/** What of a decoder meets a cache. */
export interface CacheMeeting {
  readonly blueprint: DecoderBlueprint;
  readonly weights: DecoderWeights;
  readonly scratch: DecoderScratch;
  /** Rows of a pass at most. */
  readonly maxRows: number;
}

/** Binds a decoder's layers to caches; equal sizes share their kernels. */
export class CacheBinder {
  readonly #gpu: Gpu;
  readonly #decoder: CacheMeeting;
  readonly #appends: CompileOnce<AppendOptions, Append>;
  readonly #prefills: CompileOnce<PrefillOptions, PrefillAttention>;

  constructor(gpu: Gpu, decoder: CacheMeeting) {
    this.#gpu = gpu;
    this.#decoder = decoder;
    this.#appends = new CompileOnce((options) => createAppend(gpu, options));
    this.#prefills = new CompileOnce((options) => createPrefillAttention(gpu, options));
  }

  /** @throws GpuError of the device or the compiler; nothing stays allocated then. */
  async bind(cache: CacheBuffers): Promise<CacheLayers> {
    const tables = this.#createTables(cache.capacity);
    const dispose = (): void => {
      for (const table of tables.values()) table.dispose();
    };
    try {
      const layers = await Promise.all(
        this.#decoder.blueprint.layers.map(({ attention }, layer) =>
          this.#bindLayer(attention, layer, { cache, tables }),
        ),
      );
      const buffers = [...tables.values()];
      const byteLength = buffers.reduce((bytes, table) => bytes + table.byteLength, 0);
      return { layers, byteLength, dispose };
    } catch (error) {
      dispose();
      throw error;
    }
  }

  async #bindLayer(
    attention: AttentionBlueprint,
    layer: number,
    { cache, tables }: { cache: CacheBuffers; tables: ReadonlyMap<string, GpuBuffer<"f32">> },
  ): Promise<CacheLayer> {
    const { scratch, weights } = this.#decoder;
    const [append, prefill] = await Promise.all([
      this.#appends.get(this.#appendOptions(attention, cache)),
      this.#prefills.get(this.#prefillOptions(attention, cache)),
    ]);
    const keys = cache.keys[layer]!;
    const values = cache.values[layer]!;
    const rows = { keys, values, ...(cache.scales[layer] && { scales: cache.scales[layer] }) };
    const valueSums = cache.valueSums[layer]!;
    const { headNorms } = weights.layers[layer]!;
    const { queries, projected: qkv, attended: out } = scratch;
    const { places } = cache;
    const angles = attention.rotary && tables.get(tableKey(attention.rotary.frequencies));
    return {
      append: append.bind({
        ...{ qkv, places, queries, ...rows, valueSums },
        ...(angles && { angles }),
        ...(headNorms && { headNorms }),
      }),
      prefill: prefill.bind({ queries, ...rows, places, out }),
    };
  }

  #createTables(capacity: number): ReadonlyMap<string, GpuBuffer<"f32">> {
    const tables = new Map<string, GpuBuffer<"f32">>();
    for (const { attention } of this.#decoder.blueprint.layers) {
      const frequencies = attention.rotary?.frequencies;
      if (!frequencies || tables.has(tableKey(frequencies))) continue;
      const label = `rotary table ${tables.size}`;
      const table = createRotaryTable(this.#gpu, { label, frequencies, capacity });
      tables.set(tableKey(frequencies), table);
    }
    return tables;
  }

  #appendOptions(
    { rotary, queryNorm, window }: AttentionBlueprint,
    { kvType, slots, capacity }: CacheBuffers,
  ): AppendOptions {
    const { geometry } = this.#decoder.blueprint;
    return {
      ...{ geometry, kvType, slots, capacity },
      ...(rotary && { rotary: { pairs: rotary.frequencies.length, layout: rotary.layout } }),
      ...(queryNorm && { headNorms: { epsilon: queryNorm.epsilon } }),
      ...(window !== undefined && { window }),
    };
  }

  #prefillOptions(
    { scale, window }: AttentionBlueprint,
    { kvType, slots, capacity }: CacheBuffers,
  ): PrefillOptions {
    const { geometry } = this.#decoder.blueprint;
    const { maxRows } = this.#decoder;
    const options = { geometry, kvType, slots, capacity, maxRows, scale };
    return window === undefined ? options : { ...options, window };
  }
}

function tableKey(frequencies: Float64Array): string {
  return frequencies.join();
}
