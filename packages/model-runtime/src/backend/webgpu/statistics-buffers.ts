import type { BoundBuffer, Gpu, GpuBuffer } from "@sift-attention/gpu";

/** The sizes of what attention leaves at each step. */
export interface StatisticsShape {
  readonly layers: number;
  /** Rows of a step at most. */
  readonly batch: number;
  readonly queryHeads: number;
}

/** Words of a query head: keys kept, keys kept by its block, dropped mass, log-sum-exp. */
export const statisticsWords = 4;

const wordBytes = 4;

/** Numbers of each layer, row and head, in one buffer with its layers at offsets that a binding may have. */
export class LayerRows {
  readonly buffer: GpuBuffer;
  /** Numbers from one layer to the next. */
  readonly layerPitch: number;
  readonly #layerBytes: number;

  /** @param layerLength Numbers of each layer. */
  constructor(
    gpu: Gpu,
    spec: { readonly label: string; readonly layers: number; readonly layerLength: number },
  ) {
    const { label, layers, layerLength } = spec;
    const alignment = (gpu.report.limits.minStorageBufferOffsetAlignment ?? 256) / wordBytes;
    this.layerPitch = Math.ceil(layerLength / alignment) * alignment;
    this.#layerBytes = layerLength * wordBytes;
    const shape = [layers * this.layerPitch];
    this.buffer = gpu.createBuffer({ label, dtype: "u32", shape, usage: "storage" });
  }

  layer(index: number): BoundBuffer {
    const offset = index * this.layerPitch * wordBytes;
    return { buffer: this.buffer.raw, offset, size: this.#layerBytes };
  }
}

/** What attention leaves of a step. */
export interface StatisticsBuffers {
  /** u32 [layers, batch, queryHeads, 4]. */
  readonly statistics: LayerRows;
  /** f32 [layers, batch, queryHeads]: ln of the quantile. */
  readonly quantiles: LayerRows;
  readonly byteLength: number;
  dispose(): void;
}

/** Allocates them. */
export function createStatisticsBuffers(gpu: Gpu, shape: StatisticsShape): StatisticsBuffers {
  const { layers, batch, queryHeads } = shape;
  const layerLength = batch * queryHeads;
  const quantiles = new LayerRows(gpu, { label: "quantiles", layers, layerLength });
  const statistics = new LayerRows(gpu, {
    label: "statistics",
    layers,
    layerLength: layerLength * statisticsWords,
  });
  const buffers = [statistics.buffer, quantiles.buffer];
  return {
    statistics,
    quantiles,
    byteLength: buffers.reduce((bytes, { byteLength }) => bytes + byteLength, 0),
    dispose: () => {
      for (const buffer of buffers) buffer.dispose();
    },
  };
}
