import type { ModelConfig, ModelFiles, RotaryScaling } from "@sift-attention/model-runtime";
import { modelTensors } from "@sift-attention/model-runtime/backends";
import { mixBits } from "../models/noise-rows.ts";
import { memoryTensor } from "./memory-tensor.ts";

/** A small model of a family, with what sets the family apart. */
export interface FamilyModel {
  readonly name: string;
  readonly files: Pick<ModelFiles, "config" | "tensors">;
}

const headDim = 32;
const queryHeads = 4;

const shared = {
  ...{ vocabularySize: 96, hiddenSize: 48, feedForwardSize: 64, layers: 3, contextLength: 64 },
  ...{ queryHeads, kvHeads: 2, headDim, normEpsilon: 1e-6, tiedEmbeddings: false, stopTokens: [] },
} as const;

const rotary = (theta: number, scaling: RotaryScaling = { kind: "none" }) =>
  ({ theta, dimensions: headDim, layout: "half", scaling }) as const;

const llama3: RotaryScaling = {
  ...{ kind: "llama3", factor: 8, lowFrequencyFactor: 1 },
  ...{ highFrequencyFactor: 4, originalContextLength: 16 },
};

const isSliding = [true, true, false] as const;

const configs: Readonly<Record<string, ModelConfig>> = {
  llama: { ...shared, family: "llama", rotary: rotary(500000, llama3) },
  mistral: {
    ...{ ...shared, family: "mistral", rotary: rotary(10000) },
    slidingWindow: { size: 7, layers: [true, true, true] },
  },
  qwen2: { ...shared, family: "qwen2", rotary: rotary(1e6), tiedEmbeddings: true },
  "qwen2-sliding": {
    ...{ ...shared, family: "qwen2", rotary: rotary(1e6) },
    slidingWindow: { size: 7, layers: isSliding },
  },
  qwen3: { ...shared, family: "qwen3", rotary: rotary(1e6) },
  gemma3: {
    ...{ ...shared, family: "gemma3", kvHeads: 1, tiedEmbeddings: true },
    ...{ attentionScale: 20 ** -0.5, logitCap: 12 },
    rotary: rotary(1e6, { kind: "linear", factor: 8 }),
    slidingWindow: { size: 7, layers: isSliding, rotary: rotary(10000) },
  },
  gpt2: {
    ...{ ...shared, family: "gpt2", kvHeads: queryHeads, tiedEmbeddings: true },
    hiddenSize: queryHeads * headDim,
  },
};

/** Every family that the runtime opens, with seeded weights. */
export function familyModels(): readonly FamilyModel[] {
  return Object.entries(configs).map(([name, config]) => ({ name, files: filesOf(config) }));
}

function filesOf(config: ModelConfig): FamilyModel["files"] {
  const hasBias = (name: string): boolean =>
    config.family === "qwen2" && /\.[qkv]_proj\.bias$/.test(name);
  const tensors = modelTensors(config, hasBias).map(({ name, shape }, seed) =>
    memoryTensor(name, shape, weights(name, shape, mixBits(seed))),
  );
  return { config, tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])) };
}

/** Within ± 1/4, of norms around 1. */
function weights(name: string, shape: readonly number[], seed: number): Float32Array {
  const middle = /norm.*weight/.test(name) ? 1 : 0;
  const length = shape.reduce((product, size) => product * size, 1);
  return Float32Array.from({ length }, (_, i) => middle + mixBits(seed ^ i) / 2 ** 33 - 0.25);
}
