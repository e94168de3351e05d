import type {
  DecoderBlueprint,
  FeedForwardBlueprint,
  LayerBlueprint,
  LinearBlueprint,
  NormBlueprint,
} from "../layers/decoder-blueprint.ts";

/** Linear maps of the same input as one: their weights' rows one below the other. */
export interface LinearStack {
  /** Names of the matrices [outputs, inputs]. */
  readonly weights: readonly string[];
  /** Names of the biases [outputs], with the rows of those that have none; absent when none has one. */
  readonly biases?: readonly (string | number)[];
  readonly inputs: number;
  /** Rows of the whole stack. */
  readonly outputs: number;
}

/** The linear maps of a layer in the order of their use. */
export interface LayerStacks {
  /** Queries, keys, values. */
  readonly projection: LinearStack;
  readonly output: LinearStack;
  /** Gate and up, or up alone. */
  readonly feedIn: LinearStack;
  readonly feedOut: LinearStack;
}

export function layerStacks({ attention, feedForward }: LayerBlueprint): LayerStacks {
  return {
    projection: stackLinears([attention.query, attention.key, attention.value]),
    output: stackLinears([attention.output]),
    feedIn: stackLinears(feedInLinears(feedForward)),
    feedOut: stackLinears([feedForward.down]),
  };
}

/** The map to the vocabulary. */
export function headStack({ head }: DecoderBlueprint): LinearStack {
  return stackLinears([head]);
}

/** The norms of a layer that are there. */
export function layerNorms(layer: LayerBlueprint): readonly NormBlueprint[] {
  const { queryNorm, keyNorm } = layer.attention;
  return [
    layer.inputNorm,
    queryNorm,
    keyNorm,
    layer.attentionOutputNorm,
    layer.feedForwardNorm,
    layer.feedForwardOutputNorm,
  ].filter((norm) => norm !== undefined);
}

function feedInLinears({ gate, up }: FeedForwardBlueprint): readonly LinearBlueprint[] {
  return gate ? [gate, up] : [up];
}

function stackLinears(linears: readonly LinearBlueprint[]): LinearStack {
  const hasBias = linears.some(({ bias }) => bias !== undefined);
  return {
    weights: linears.map(({ weight }) => weight),
    ...(hasBias && { biases: linears.map(({ bias, outputs }) => bias ?? outputs) }),
    inputs: linears[0]!.inputs,
    outputs: linears.reduce((sum, { outputs }) => sum + outputs, 0),
  };
}
