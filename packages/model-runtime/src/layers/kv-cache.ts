import type { CpuOps, CpuRegion } from "../ops/cpu-ops.ts";
import type { ModelConfig } from "../weights/model-config.ts";

/** Keys and values of one layer. */
export interface LayerCache {
  /** Rotated: [kvHeads, capacity, headDim], f32. */
  readonly keys: CpuRegion;
  /** [kvHeads, capacity, headDim], f32. */
  readonly values: CpuRegion;
  /** Sum of the cached values: [kvHeads, headDim], f32. */
  readonly valueSums: CpuRegion;
}

/** Keys and values of one sequence in all layers. */
export interface KvCache {
  /** Positions that fit. */
  readonly capacity: number;
  readonly layers: readonly LayerCache[];
  readonly byteLength: number;
  /** Makes it empty. */
  reset(): void;
  dispose(): void;
}

/**
 * Allocates the cache of one sequence.
 * @throws ModelError "out-of-memory"; nothing stays allocated then.
 */
export function createKvCache(ops: CpuOps, config: ModelConfig, capacity: number): KvCache {
  const rowBytes = config.kvHeads * config.headDim * Float32Array.BYTES_PER_ELEMENT;
  const regions: CpuRegion[] = [];
  const allocate = (byteLength: number): CpuRegion => {
    const region = ops.allocate(byteLength);
    regions.push(region);
    return region;
  };
  const dispose = (): void => {
    for (const region of regions.splice(0)) region.free();
  };
  try {
    const layers = Array.from({ length: config.layers }, () => ({
      keys: allocate(capacity * rowBytes),
      values: allocate(capacity * rowBytes),
      valueSums: allocate(rowBytes),
    }));
    const byteLength = config.layers * (2 * capacity + 1) * rowBytes;
    const reset = (): void => {
      for (const layer of layers) layer.valueSums.floats().fill(0);
    };
    return { capacity, layers, byteLength, reset, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}
