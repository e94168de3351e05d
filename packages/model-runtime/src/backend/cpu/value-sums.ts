import type { KvCache, LayerCache } from "../../layers/kv-cache.ts";
import type { ModelConfig } from "../../weights/model-config.ts";
import { layerWindow } from "../layer-window.ts";

/**
 * Makes the sums of the cached values cover what the row before position `length` sees, with the bits that the rows
 * themselves gave, one after the other: plain f32 additions, and after each the value that left the window is taken away.
 */
export function resetValueSums(cache: KvCache, config: ModelConfig, length: number): void {
  for (const [index, layer] of cache.layers.entries()) {
    const window = layerWindow(config, index);
    for (let head = 0; head < config.kvHeads; head++) {
      const { sums, values } = headOf(layer, cache.capacity, config.headDim, head);
      sums.fill(0);
      for (let position = 0; position < length; position++) {
        add(sums, values, position, 1);
        if (position >= window) add(sums, values, position - window, -1);
      }
    }
  }
}

function headOf(
  { valueSums, values }: LayerCache,
  capacity: number,
  headDim: number,
  head: number,
): { readonly sums: Float32Array; readonly values: Float32Array } {
  const size = capacity * headDim;
  return {
    sums: valueSums.floats().subarray(head * headDim, (head + 1) * headDim),
    values: values.floats().subarray(head * size, (head + 1) * size),
  };
}

function add(sums: Float32Array, values: Float32Array, position: number, sign: 1 | -1): void {
  const from = position * sums.length;
  for (let i = 0; i < sums.length; i++) sums[i]! += sign * values[from + i]!;
}
