import type { Gpu } from "@sift-attention/gpu";
import type { CacheLayers } from "../../gpu-layers/cache-layers.ts";
import type { GpuDecoder } from "../../gpu-layers/gpu-decoder.ts";
import type { BoundRows } from "../../gpu-ops/row-places/bind-rows.ts";
import type { LayerWindows } from "./layer-windows.ts";
import type { SlotBuffers } from "./slot-buffers.ts";
import type { SlotCache } from "./slot-cache.ts";

/** A decoder, bound to one cache. */
export interface BoundCache {
  readonly gpu: Gpu;
  readonly decoder: GpuDecoder;
  readonly cache: SlotCache;
  readonly windows: LayerWindows;
  readonly buffers: SlotBuffers;
  readonly layers: CacheLayers;
  readonly embed: BoundRows;
}

/** Encodes the embedding and all layers of the rows whose places are packed; `attend` encodes a layer's attention. */
export function recordLayers(
  pass: GPUComputePassEncoder,
  { decoder, layers, embed }: BoundCache,
  rows: number,
  attend: (layer: number) => void,
): void {
  embed.record(pass, rows);
  for (let layer = 0; layer < decoder.layers.length; layer++) {
    const { before, after } = decoder.layers[layer]!;
    recordAll(pass, before, rows);
    layers.layers[layer]!.append.record(pass, rows);
    attend(layer);
    recordAll(pass, after, rows);
  }
}

/** Encodes operators, one after the other. */
export function recordAll(
  pass: GPUComputePassEncoder,
  operators: readonly BoundRows[],
  rows: number,
): void {
  for (let i = 0; i < operators.length; i++) operators[i]!.record(pass, rows);
}
