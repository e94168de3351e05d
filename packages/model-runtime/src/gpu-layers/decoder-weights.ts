import type { Gpu, GpuBuffer } from "@sift-attention/gpu";
import type { GpuMatrix } from "../gpu-weights/gpu-matrix.ts";
import type {
  DecoderBlueprint,
  LayerBlueprint,
  NormBlueprint,
} from "../layers/decoder-blueprint.ts";
import { headStack, type LinearStack, layerStacks } from "./weight-stacks.ts";
import { type WeightSource, WeightStore } from "./weight-store.ts";

/** A stack's weights on the device. */
export interface LinearWeights {
  readonly stack: LinearStack;
  readonly matrix: GpuMatrix;
  /** f32 [outputs]. */
  readonly bias?: GpuBuffer<"f32">;
}

/** A norm's vectors on the device: f32 [width]. */
export interface NormWeights {
  readonly norm: NormBlueprint;
  readonly weight: GpuBuffer<"f32">;
  readonly bias?: GpuBuffer<"f32">;
}

/** The weights of a layer. */
export interface LayerWeights {
  readonly inputNorm: NormWeights;
  readonly projection: LinearWeights;
  /** f32 [2, headDim]: of query heads, then of key heads. */
  readonly headNorms?: GpuBuffer<"f32">;
  readonly output: LinearWeights;
  readonly attentionOutputNorm?: NormWeights;
  readonly feedForwardNorm: NormWeights;
  readonly feedIn: LinearWeights;
  readonly feedOut: LinearWeights;
  readonly feedForwardOutputNorm?: NormWeights;
}

/** All weights of a decoder on a device. */
export interface DecoderWeights {
  /** [vocabulary, hidden]. */
  readonly embedding: GpuMatrix;
  /** f32 [contextLength, hidden]. */
  readonly positions?: GpuBuffer<"f32">;
  readonly layers: readonly LayerWeights[];
  readonly outputNorm: NormWeights;
  readonly head: LinearWeights;
  /** Bytes on the device. */
  readonly byteLength: number;
  dispose(): void;
}

/**
 * Uploads the weights one after the other.
 * @throws ModelError "aborted", whatever reading throws, GpuError of the device; nothing stays allocated then.
 */
export async function loadDecoderWeights(
  gpu: Gpu,
  blueprint: DecoderBlueprint,
  source: WeightSource,
): Promise<DecoderWeights> {
  const store = new WeightStore(gpu, source);
  try {
    return await load(store, blueprint);
  } catch (error) {
    store.dispose();
    throw error;
  }
}

async function load(store: WeightStore, blueprint: DecoderBlueprint): Promise<DecoderWeights> {
  const { embedding, positions, layers, outputNorm } = blueprint;
  const loaded: LayerWeights[] = [];
  const table = await store.matrix({ weights: [embedding], order: "stacked" });
  const places = positions === undefined ? undefined : await store.vector([positions]);
  for (const layer of layers) loaded.push(await loadLayer(store, layer));
  return {
    embedding: table,
    ...(places && { positions: places }),
    layers: loaded,
    outputNorm: await loadNorm(store, outputNorm),
    head: await loadLinear(store, headStack(blueprint)),
    byteLength: store.byteLength,
    dispose: () => store.dispose(),
  };
}

async function loadLayer(store: WeightStore, layer: LayerBlueprint): Promise<LayerWeights> {
  const { projection, output, feedIn, feedOut } = layerStacks(layer, (name) =>
    store.formatOf(name),
  );
  const { queryNorm, keyNorm } = layer.attention;
  return {
    inputNorm: await loadNorm(store, layer.inputNorm),
    projection: await loadLinear(store, projection),
    ...(queryNorm &&
      keyNorm && { headNorms: await store.vector([queryNorm.weight, keyNorm.weight]) }),
    output: await loadLinear(store, output),
    ...(layer.attentionOutputNorm && {
      attentionOutputNorm: await loadNorm(store, layer.attentionOutputNorm),
    }),
    feedForwardNorm: await loadNorm(store, layer.feedForwardNorm),
    feedIn: await loadLinear(store, feedIn),
    feedOut: await loadLinear(store, feedOut),
    ...(layer.feedForwardOutputNorm && {
      feedForwardOutputNorm: await loadNorm(store, layer.feedForwardOutputNorm),
    }),
  };
}

async function loadLinear(store: WeightStore, stack: LinearStack): Promise<LinearWeights> {
  const matrix = await store.matrix(stack);
  if (!stack.biases) return { stack, matrix };
  return { stack, matrix, bias: await store.vector(stack.biases) };
}

async function loadNorm(store: WeightStore, norm: NormBlueprint): Promise<NormWeights> {
  const weight = await store.vector([norm.weight]);
  if (norm.kind === "rms") return { norm, weight };
  return { norm, weight, bias: await store.vector([norm.bias]) };
}
