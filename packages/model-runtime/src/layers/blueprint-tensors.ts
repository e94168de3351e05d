import type {
  AttentionBlueprint,
  DecoderBlueprint,
  FeedForwardBlueprint,
  LayerBlueprint,
  LinearBlueprint,
  NormBlueprint,
} from "./decoder-blueprint.ts";
import type { TensorNeed } from "./tensor-need.ts";

/**
 * The tensors that a decoder computes with, each once, in the order of their use: vectors [length] are held as f32,
 * matrices [rows, columns] stay packed.
 */
export function blueprintTensors(blueprint: DecoderBlueprint): readonly TensorNeed[] {
  const { embedding, positions, vocabularySize, contextLength, hiddenSize } = blueprint;
  const needs: readonly TensorNeed[] = [
    { name: embedding, shape: [vocabularySize, hiddenSize] },
    ...(positions ? [{ name: positions, shape: [contextLength, hiddenSize] } as const] : []),
    ...blueprint.layers.flatMap(layerTensors),
    ...normTensors(blueprint.outputNorm),
    ...linearTensors(blueprint.head),
  ];
  return [...new Map(needs.map((need) => [need.name, need])).values()];
}

function layerTensors(layer: LayerBlueprint): readonly TensorNeed[] {
  return [
    ...normTensors(layer.inputNorm),
    ...attentionTensors(layer.attention),
    ...normTensors(layer.attentionOutputNorm),
    ...normTensors(layer.feedForwardNorm),
    ...feedForwardTensors(layer.feedForward),
    ...normTensors(layer.feedForwardOutputNorm),
  ];
}

function attentionTensors(attention: AttentionBlueprint): readonly TensorNeed[] {
  const { query, key, value, output, queryNorm, keyNorm } = attention;
  return [
    ...[query, key, value].flatMap(linearTensors),
    ...normTensors(queryNorm),
    ...normTensors(keyNorm),
    ...linearTensors(output),
  ];
}

function feedForwardTensors({ gate, up, down }: FeedForwardBlueprint): readonly TensorNeed[] {
  return [gate, up, down].flatMap((linear) => (linear ? linearTensors(linear) : []));
}

function linearTensors({ weight, bias, outputs, inputs }: LinearBlueprint): readonly TensorNeed[] {
  const matrix: TensorNeed = { name: weight, shape: [outputs, inputs] };
  return bias === undefined ? [matrix] : [matrix, { name: bias, shape: [outputs] }];
}

function normTensors(norm: NormBlueprint | undefined): readonly TensorNeed[] {
  if (!norm) return [];
  const names = norm.kind === "rms" ? [norm.weight] : [norm.weight, norm.bias];
  return names.map((name) => ({ name, shape: [norm.width] }));
}
