import type { Gpu, GpuBuffer } from "@sift-attention/gpu";
import { createLinear } from "../gpu-ops/linear/create-linear.ts";
import type { LinearShape } from "../gpu-ops/linear/linear-shape.ts";
import type { BoundRows } from "../gpu-ops/row-places/bind-rows.ts";
import type { FeedForwardBlueprint, LayerBlueprint } from "../layers/decoder-blueprint.ts";
import { bindNorm } from "./bind-norm.ts";
import type { DecoderScratch } from "./decoder-scratch.ts";
import type { LayerWeights, LinearWeights, NormWeights } from "./decoder-weights.ts";
import { bindGateProduct } from "./gate-product.ts";

/** What a layer computes before and after its attention, in its order. */
export interface LayerMaps {
  /** hidden to projected: queries, keys and values. */
  readonly before: readonly BoundRows[];
  /** attended, added to hidden, and the feed-forward. */
  readonly after: readonly BoundRows[];
}

/** What surrounds a layer. */
export interface MapPlace {
  readonly gpu: Gpu;
  readonly scratch: DecoderScratch;
  readonly maxRows: number;
}

/** Compiles and binds a layer's maps. */
export async function bindLayerMaps(
  place: MapPlace,
  { feedForward }: LayerBlueprint,
  weights: LayerWeights,
): Promise<LayerMaps> {
  const { hidden, projected, attended, inner } = place.scratch;
  const [projection, output, feedIn, feedOut] = await Promise.all([
    bindMap(place, weights.projection, {
      x: hidden,
      out: projected,
      output: "write",
      norm: weights.inputNorm,
    }),
    bindAdding(place, weights.output, attended, weights.attentionOutputNorm),
    bindFeedIn(place, feedForward, weights),
    bindAdding(place, weights.feedOut, inner, weights.feedForwardOutputNorm),
  ]);
  return { before: [projection], after: [...output, ...feedIn, ...feedOut] };
}

/** hidden to inner: at once, or in two steps where a gate and its partner are not interleaved. */
async function bindFeedIn(
  place: MapPlace,
  feedForward: FeedForwardBlueprint,
  { feedIn, feedForwardNorm: norm }: LayerWeights,
): Promise<readonly BoundRows[]> {
  const { hidden: x, inner, gates } = place.scratch;
  const { gate, activation } = feedForward;
  if (!gate || feedIn.stack.order === "interleaved") {
    return [
      await bindMap(place, feedIn, { x, out: inner, output: activationOf(feedForward), norm }),
    ];
  }
  return await Promise.all([
    bindMap(place, feedIn, { x, out: gates, output: "write", norm }),
    bindGateProduct(place.gpu, activation, { gates, inner }),
  ]);
}

/** One map from a buffer to another. */
export interface MapBuffers {
  readonly x: GpuBuffer<"f32">;
  readonly out: GpuBuffer<"f32">;
  readonly output: LinearShape["output"];
  /** Of x, first. */
  readonly norm?: NormWeights;
}

/** Compiles a linear map and binds it. */
export async function bindMap(
  { gpu, maxRows }: Pick<MapPlace, "gpu" | "maxRows">,
  { matrix, bias }: LinearWeights,
  { x, out, output, norm }: MapBuffers,
): Promise<BoundRows> {
  const kernel = await createLinear(gpu, {
    weight: matrix,
    ...(norm && { norm: { kind: norm.norm.kind, epsilon: norm.norm.epsilon } }),
    bias: bias !== undefined,
    output,
    maxRows,
  });
  return kernel.bind({
    x,
    weight: matrix,
    ...(norm && { normWeight: norm.weight }),
    ...(norm?.bias && { normBias: norm.bias }),
    ...(bias && { bias }),
    out,
  });
}

/** A map whose result is added to the hidden state: at once, or through a norm of its own. */
async function bindAdding(
  place: MapPlace,
  weights: LinearWeights,
  x: GpuBuffer<"f32">,
  norm: NormWeights | undefined,
): Promise<readonly BoundRows[]> {
  const { hidden, added } = place.scratch;
  if (!norm) return [await bindMap(place, weights, { x, out: hidden, output: "add" })];
  return await Promise.all([
    bindMap(place, weights, { x, out: added, output: "write" }),
    bindNorm(place.gpu, norm, { x: added, out: hidden, output: "add" }),
  ]);
}

function activationOf({ gate, activation }: FeedForwardBlueprint): LinearShape["output"] {
  const name = activation === "silu" ? "silu" : "gelu";
  return gate ? `${name}-gate` : name;
}
