import type { BoundBuffer, Gpu, GpuBuffer } from "@sift-attention/gpu";
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
  readonly #gpu: Gpu;
  readonly #blueprint: DecoderBlueprint;
  readonly #slots: number;
  #valueSums: LayerRows | undefined;

  constructor(gpu: Gpu, blueprint: DecoderBlueprint, shape: SlotBuffersShape) {
    const { slots, batch, maxRows, windows } = shape;
    const { queryHeads } = blueprint.geometry;
    const layers = blueprint.layers.length;
    const places = [maxRows, rowPlaceWords];
    this.#gpu = gpu;
    this.#blueprint = blueprint;
    this.#slots = slots;
    this.places = gpu.createBuffer({
      label: "row places",
      dtype: "u32",
      shape: places,
      usage: "storage",
    });
    this.step = new StepBuffer(gpu, { windows, layers, batch, queryHeads });
    this.statistics = createStatisticsBuffers(gpu, { layers, batch, queryHeads });
  }

  get byteLength(): number {
    const sums = this.#valueSums?.buffer.byteLength ?? 0;
    return this.places.byteLength + this.step.byteLength + this.statistics.byteLength + sums;
  }

  /** f32 [slots, kvHeads, headDim] of one layer; allocated when it is first asked for. */
  valueSums(layer: number): BoundBuffer {
    const { geometry, layers } = this.#blueprint;
    this.#valueSums ??= new LayerRows(this.#gpu, {
      label: "value sums",
      layers: layers.length,
      layerLength: this.#slots * geometry.kvHeads * geometry.headDim,
    });
    return this.#valueSums.layer(layer);
  }

  dispose(): void {
    this.places.dispose();
    this.step.dispose();
    this.statistics.dispose();
    this.#valueSums?.buffer.dispose();
  }
}
