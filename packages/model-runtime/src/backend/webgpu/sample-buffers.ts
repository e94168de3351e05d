import type { BoundBuffer, Gpu, GpuBuffer } from "@sift-attention/gpu";
import type { BoundCache } from "./bound-cache.ts";
import type { AttentionLayer } from "./slot-attention.ts";
import { layerRowBuffers } from "./slot-cache.ts";
import { LayerRows, statisticsWords } from "./statistics-buffers.ts";

/** Sequences of samples: `groups` steps of `batch` each. */
export interface SampleShape {
  readonly batch: number;
  readonly groups: number;
}

const sequenceWords = 4;
const wordBytes = 4;

/** What the steps of sampled rows are told and leave. */
export class SampleBuffers {
  readonly shape: SampleShape;
  /** u32 [batch] of each group: the row of the pass that a sequence's queries come from. */
  readonly indices: readonly BoundBuffer[];
  /** f32 [batch, queryHeads, headDim]. */
  readonly queries: GpuBuffer<"f32">;
  /** ln of the quantiles, f32 [batch, queryHeads] of each layer and group. */
  readonly quantiles: LayerRows;
  readonly #gpu: Gpu;
  readonly #windows: number;
  readonly #plan: GpuBuffer<"u32">;
  readonly #words: Uint32Array<ArrayBuffer>;
  /** Words from one part of the plan to the next: of each group its indices, then the sequences of each window. */
  readonly #pitch: number;
  /** Written by no step of samples, but part of what the kernels bind. */
  readonly #unused: { readonly output: GpuBuffer<"f32">; readonly statistics: GpuBuffer<"u32"> };

  constructor({ gpu, cache, windows }: BoundCache, shape: SampleShape) {
    const { geometry, layers } = cache.shape;
    const { queryHeads, headDim } = geometry;
    const { batch, groups } = shape;
    const alignment = (gpu.report.limits.minStorageBufferOffsetAlignment ?? 256) / wordBytes;
    this.shape = shape;
    this.#gpu = gpu;
    this.#windows = windows.distinct.length;
    this.#pitch = Math.ceil((batch * sequenceWords) / alignment) * alignment;
    this.#words = new Uint32Array(groups * (1 + this.#windows) * this.#pitch);
    const storage = { dtype: "f32", usage: "storage" } as const;
    const vectors = { ...storage, shape: [batch, queryHeads, headDim] };
    this.queries = gpu.createBuffer({ ...vectors, label: "sampled queries" });
    this.quantiles = new LayerRows(gpu, {
      label: "sampled quantiles",
      layers: layers * groups,
      layerLength: batch * queryHeads,
    });
    const { length } = this.#words;
    const words = { dtype: "u32", usage: "storage" } as const;
    this.#plan = gpu.createBuffer({ ...words, label: "sampled rows", shape: [length] });
    this.#unused = {
      output: gpu.createBuffer({ ...vectors, label: "sampled output" }),
      statistics: gpu.createBuffer({
        ...{ ...words, label: "sampled statistics" },
        shape: [batch, queryHeads, statisticsWords],
      }),
    };
    this.indices = Array.from({ length: groups }, (_, group) => this.#part(group, 0, batch));
  }

  /** What attention binds: of each layer its groups, one behind the other. */
  attentionLayers({ cache, decoder, windows }: BoundCache): readonly AttentionLayer[] {
    const { batch, groups } = this.shape;
    return decoder.blueprint.layers.flatMap(({ attention: { scale } }, layer) =>
      Array.from({ length: groups }, (_, group) => ({
        scale,
        buffers: {
          ...this.#unused,
          queries: this.queries,
          ...layerRowBuffers(cache, layer),
          sequences: this.#part(group, 1 + windows.indexOf[layer]!, batch * sequenceWords),
          quantiles: this.quantiles.layer(layer * groups + group),
        },
      })),
    );
  }

  setIndices(group: number, rows: readonly number[]): void {
    this.#words.set(rows, this.#start(group, 0));
  }

  /** @param packed u32 [sequences, 4] of the window with this index. */
  setSequences(group: number, window: number, packed: Uint32Array): void {
    this.#words.set(packed, this.#start(group, 1 + window));
  }

  /** Sends what was set of the first groups. */
  write(groups: number): void {
    this.#gpu.write(this.#plan, this.#words.subarray(0, this.#start(groups, 0)));
  }

  dispose(): void {
    const { output, statistics } = this.#unused;
    const buffers = [this.queries, this.quantiles.buffer, this.#plan, output, statistics];
    for (const buffer of buffers) buffer.dispose();
  }

  #start(group: number, part: number): number {
    return (group * (1 + this.#windows) + part) * this.#pitch;
  }

  #part(group: number, part: number, words: number): BoundBuffer {
    const offset = this.#start(group, part) * wordBytes;
    return { buffer: this.#plan.raw, offset, size: words * wordBytes };
  }
}
