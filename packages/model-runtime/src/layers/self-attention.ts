import type { AttentionGeometry } from "@sift-attention/tensor";
import type { CpuAttentionCall, CpuOps, CpuRegion } from "../ops/cpu-ops.ts";
import type { DecoderPass } from "./decoder.ts";
import type { AttentionBlueprint } from "./decoder-blueprint.ts";
import { createLinear } from "./linear.ts";
import type { LoadedWeights } from "./load-weights.ts";
import { createNorm } from "./norm.ts";

/** Activations of attention, [rows, heads, headDim] each. */
export interface AttentionScratch {
  readonly query: CpuRegion;
  readonly key: CpuRegion;
  readonly value: CpuRegion;
  readonly attended: CpuRegion;
}

/** Self-attention of a pass in one layer, from x to out, both [rows, hiddenSize]; extends that layer's cache. */
export type SelfAttention = (
  out: CpuRegion,
  x: CpuRegion,
  layer: number,
  pass: DecoderPass,
) => void;

export function createSelfAttention(
  ops: CpuOps,
  weights: LoadedWeights,
  geometry: AttentionGeometry,
  blueprint: AttentionBlueprint,
  scratch: AttentionScratch,
): SelfAttention {
  const project = createProjections(ops, weights, geometry, blueprint, scratch);
  const output = createLinear(ops, weights, blueprint.output);
  const { scale, window } = blueprint;
  return (out, x, layer, pass) => {
    const rows = pass.tokens.length;
    const { firstPosition, attention } = pass;
    const { capacity } = pass.cache;
    const cache = pass.cache.layers[layer]!;
    project(x, rows, firstPosition);
    const place = { ...geometry, rows, capacity, firstPosition };
    ops.append(cache.keys, scratch.key, place);
    ops.append(cache.values, scratch.value, place);
    const call: CpuAttentionCall = {
      ...{ geometry, rows, firstPosition, capacity, scale },
      ...{ query: scratch.query, ...cache, out: scratch.attended, rule: attention.rule(layer) },
      ...(window === undefined ? {} : { window }),
      ...(attention.quantile === undefined ? {} : { quantile: attention.quantile }),
      ...(attention.sample && { sample: attention.sample }),
    };
    const statistics = ops.attention(call);
    attention.observe?.(layer, statistics, call);
    output(out, scratch.attended, rows);
  };
}

/** Queries, keys and values of x in the scratch, with norms and rotation applied. */
function createProjections(
  ops: CpuOps,
  weights: LoadedWeights,
  { queryHeads, kvHeads, headDim }: AttentionGeometry,
  blueprint: AttentionBlueprint,
  { query, key, value }: AttentionScratch,
): (x: CpuRegion, rows: number, firstPosition: number) => void {
  const toQuery = createLinear(ops, weights, blueprint.query);
  const toKey = createLinear(ops, weights, blueprint.key);
  const toValue = createLinear(ops, weights, blueprint.value);
  const { queryNorm, keyNorm, rotary } = blueprint;
  const normQuery = queryNorm && createNorm(ops, weights, queryNorm);
  const normKey = keyNorm && createNorm(ops, weights, keyNorm);
  return (x, rows, firstPosition) => {
    toQuery(query, x, rows);
    toKey(key, x, rows);
    toValue(value, x, rows);
    normQuery?.(query, query, rows * queryHeads);
    normKey?.(key, key, rows * kvHeads);
    if (!rotary) return;
    ops.rotate(query, { ...rotary, rows, headDim, firstPosition, heads: queryHeads });
    ops.rotate(key, { ...rotary, rows, headDim, firstPosition, heads: kvHeads });
  };
}
