import { planMatrix } from "../gpu-weights/matrix-layout.ts";
import { blueprintTensors } from "../layers/blueprint-tensors.ts";
import type { DecoderBlueprint } from "../layers/decoder-blueprint.ts";
import type { WeightTensor } from "../weights/model-files.ts";
import { headStack, type LinearStack, layerStacks } from "./weight-stacks.ts";

/** What a plan of weights is made from. */
export interface WeightFacts {
  readonly tensors: ReadonlyMap<string, Pick<WeightTensor, "name" | "format" | "shape">>;
  /** The device's, by WebGPU's names. */
  readonly limits: Readonly<Record<string, number>>;
}

/** Bytes that a decoder's weights take on a device. */
export function weightBytes(blueprint: DecoderBlueprint, facts: WeightFacts): number {
  const formatOf = (name: string) => facts.tensors.get(name)!.format;
  const stacks = [
    { weights: [blueprint.embedding], order: "stacked" } as const,
    ...blueprint.layers.flatMap((layer) => Object.values(layerStacks(layer, formatOf))),
    headStack(blueprint),
  ];
  const distinct = new Map(stacks.map((stack) => [stack.weights.join(" + "), stack]));
  const matrices = [...distinct.values()].reduce((sum, stack) => sum + stackBytes(stack, facts), 0);
  return matrices + vectorBytes(blueprint);
}

function stackBytes(
  { weights, order }: Pick<LinearStack, "weights" | "order">,
  { tensors, limits }: WeightFacts,
): number {
  const stacked = weights.map((name) => tensors.get(name)!);
  return planMatrix(limits, stacked, order).byteLength;
}

/** Vectors are f32, and so is the table of positions. */
function vectorBytes(blueprint: DecoderBlueprint): number {
  return blueprintTensors(blueprint)
    .filter(({ name, shape }) => shape.length === 1 || name === blueprint.positions)
    .reduce((bytes, { shape: [rows, columns = 1] }) => bytes + 4 * rows * columns, 0);
}
