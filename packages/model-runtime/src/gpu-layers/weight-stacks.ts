import type {
  DecoderBlueprint,
  FeedForwardBlueprint,
  LayerBlueprint,
  LinearBlueprint,
} from "../layers/decoder-blueprint.ts";
import type { TensorFormat } from "../weights/tensor-format.ts";

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
  /** Gate and up, interleaved where one kernel can multiply them; or up alone. */
  readonly feedIn: LinearStack;
  readonly feedOut: LinearStack;
}

/** The format that a tensor is stored in, by its name. */
export type FormatOf = (name: string) => TensorFormat;

/** What of a layer's maps is computed together. */
export function layerStacks(
  { attention, feedForward }: LayerBlueprint,
  formatOf: FormatOf,
): LayerStacks {
  return {
    projection: stackLinears([attention.query, attention.key, attention.value]),
    output: stackLinears([attention.output]),
    feedIn: feedInStack(feedForward, formatOf),
    feedOut: stackLinears([feedForward.down]),
  };
}

/** The map to the vocabulary. */
export function headStack({ head }: DecoderBlueprint): LinearStack {
  return stackLinears([head]);
}

/** Whether some layer's gates need a buffer of their own. */
export function hasSeparateGates({ layers }: DecoderBlueprint, formatOf: FormatOf): boolean {
  return layers.some(({ feedForward }) => {
    return feedForward.gate !== undefined && !canInterleave(feedForward, formatOf);
  });
}

function feedInStack(feedForward: FeedForwardBlueprint, formatOf: FormatOf): LinearStack {
  const { gate, up } = feedForward;
  if (!gate) return stackLinears([up]);
  const stack = stackLinears([gate, up]);
  if (!canInterleave(feedForward, formatOf)) return stack;
  return { ...stack, order: "interleaved", outputs: up.outputs };
}

/** A gate and its partner row by row: without biases, and in one format. */
function canInterleave({ gate, up }: FeedForwardBlueprint, formatOf: FormatOf): boolean {
  if (!gate || gate.bias !== undefined || up.bias !== undefined) return false;
  return formatOf(gate.weight) === formatOf(up.weight);
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
