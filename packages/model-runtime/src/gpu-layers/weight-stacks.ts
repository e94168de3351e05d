import type {
  DecoderBlueprint,
  FeedForwardBlueprint,
  LayerBlueprint,
  LinearBlueprint,
} from "../layers/decoder-blueprint.ts";

/** Linear maps of the same input as one. */
export interface LinearStack {
  /** Names of the matrices [outputs, inputs]. */
  readonly weights: readonly string[];
  /** The bias of each [outputs], or how many zeros stand for it; absent when none has one. */
  readonly biases?: readonly (string | number)[];
  /** How their rows lie: one matrix below the other, or a row of each in turn. */
  readonly order: "stacked" | "interleaved";
  readonly inputs: number;
  /** Numbers that come out: of the whole stack, or of the gate's product. */
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

/** What of a layer's maps is computed together. */
export function layerStacks({ attention, feedForward }: LayerBlueprint): LayerStacks {
  return {
    projection: stackLinears([attention.query, attention.key, attention.value]),
    output: stackLinears([attention.output]),
    feedIn: feedInStack(feedForward),
    feedOut: stackLinears([feedForward.down]),
  };
}

/** The map to the vocabulary. */
export function headStack({ head }: DecoderBlueprint): LinearStack {
  return stackLinears([head]);
}

function feedInStack({ gate, up }: FeedForwardBlueprint): LinearStack {
  if (!gate) return stackLinears([up]);
  return { ...stackLinears([gate, up]), order: "interleaved", outputs: up.outputs };
}

function stackLinears(linears: readonly LinearBlueprint[]): LinearStack {
  const hasBias = linears.some(({ bias }) => bias !== undefined);
  return {
    weights: linears.map(({ weight }) => weight),
    ...(hasBias && { biases: linears.map(({ bias, outputs }) => bias ?? outputs) }),
    order: "stacked",
    inputs: linears[0]!.inputs,
    outputs: linears.reduce((sum, { outputs }) => sum + outputs, 0),
  };
}
