import type { Gpu, GpuBuffer } from "@sift-attention/gpu";
import { rowPlaceWords } from "../../gpu-ops/row-places/row-place.ts";
import type { DecoderBlueprint } from "../../layers/decoder-blueprint.ts";
import {
  createStatisticsBuffers,
  LayerRows,
  type StatisticsBuffers,
} from "./statistics-buffers.ts";
import { StepBuffer } from "./step-buffer.ts";

/** The sizes of what a cache's steps are told and leave. */
export interface SlotBuffersShape {
  readonly slots: number;
  /** Rows of a step at most. */
  readonly batch: number;
  /** Rows of a pass at most. */
  readonly maxRows: number;
  /** Different windows among the layers. */
  readonly windows: number;
}

/** Buffers beside a cache, for all that changes from step to step. */
export class SlotBuffers {
  /** u32 [maxRows, 4]. */
  readonly places: GpuBuffer<"u32">;
  readonly step: StepBuffer;
  readonly statistics: StatisticsBuffers;
  /** f32 [slots, kvHeads, headDim] of each layer. */
  readonly valueSums: LayerRows;

  constructor(gpu: Gpu, blueprint: DecoderBlueprint, shape: SlotBuffersShape) {
    const { slots, batch, maxRows, windows } = shape;
    const { queryHeads, kvHeads, headDim } = blueprint.geometry;
    const layers = blueprint.layers.length;
    const places = [maxRows, rowPlaceWords];
    this.places = gpu.createBuffer({
      label: "row places",
      dtype: "u32",
      shape: places,
      usage: "storage",
    });
    this.step = new StepBuffer(gpu, { windows, layers, batch, queryHeads });
    this.statistics = createStatisticsBuffers(gpu, { layers, batch, queryHeads });
    const layerLength = slots * kvHeads * headDim;
    this.valueSums = new LayerRows(gpu, { label: "value sums", layers, layerLength });
  }

  get byteLength(): number {
    const parts = [this.places, this.step, this.statistics, this.valueSums.buffer];
    return parts.reduce((bytes, { byteLength }) => bytes + byteLength, 0);
  }

  dispose(): void {
    this.places.dispose();
    this.step.dispose();
    this.statistics.dispose();
    this.valueSums.buffer.dispose();
  }
}
