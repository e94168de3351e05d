import type { LayerAttention } from "../../layer-attention.ts";
import type { CpuAttentionCall, CpuAttentionStatistics } from "../../ops/cpu-ops.ts";

/** What a layer's attention read and wrote, as its callers are shown it. */
export function viewAttention(
  layer: number,
  call: CpuAttentionCall,
  { droppedMass }: CpuAttentionStatistics,
): LayerAttention {
  const { geometry, rows, firstPosition, capacity, scale, window = Infinity } = call;
  const numbers = rows * geometry.queryHeads * geometry.headDim;
  return {
    ...{ layer, firstPosition, rows, window, geometry, capacity, scale },
    query: call.query.floats().subarray(0, numbers),
    keys: call.keys.floats(),
    values: call.values.floats(),
    output: call.out.floats().subarray(0, numbers),
    droppedMass,
  };
}
