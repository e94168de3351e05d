import type { ModelConfig, ModelFiles, WeightTensor } from "@sift-attention/model-runtime";
import { modelTensors, type TensorNeed } from "@sift-attention/model-runtime/backends";
import { NoiseRows } from "./noise-rows.ts";
import { numberTokenizer } from "./number-tokenizer.ts";
import type { RandomGeometry } from "./random-geometry.ts";

/**
 * A model with random f16 weights that are made while they are read. The query heads of a group have the same weights and so
 * keep the same keys: the union of a group is what each of its heads keeps.
 */
export function randomFiles(name: string, geometry: RandomGeometry): ModelFiles {
  const config = configOf(geometry);
  const pools = new Map<number, NoiseRows>();
  const tensors = modelTensors(config).map((need, seed) =>
    need.shape.length === 1
      ? onesTensor(need.name, need.shape[0])
      : noiseTensor(need, seed, { geometry, pools }),
  );
  return {
    source: name,
    config,
    tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])),
    tokenizer: numberTokenizer(geometry.vocabularySize),
    generationDefaults: { stopTokens: [] },
    renderChat: undefined,
    close: async () => {},
  };
}

function configOf(geometry: RandomGeometry): ModelConfig {
  const { headDim: dimensions } = geometry;
  return {
    ...geometry,
    family: "llama",
    normEpsilon: 1e-5,
    rotary: { theta: 500000, dimensions, layout: "half", scaling: { kind: "none" } },
    tiedEmbeddings: true,
    stopTokens: [],
  };
}

/** A norm's vector. */
function onesTensor(name: string, length: number): WeightTensor {
  const ones = new Uint8Array(new Float32Array(length).fill(1).buffer);
  return {
    ...{ name, format: "f32", shape: [length], byteLength: ones.length },
    readInto: async (target) => target.set(ones),
    readRange: async (target, byteOffset) => {
      target.set(ones.subarray(byteOffset, byteOffset + target.length));
    },
  };
}

function noiseTensor(
  { name, shape }: TensorNeed,
  seed: number,
  options: { readonly geometry: RandomGeometry; readonly pools: Map<number, NoiseRows> },
): WeightTensor {
  const [rows, columns] = shape as readonly [number, number];
  const { geometry, pools } = options;
  const pool = pools.get(columns) ?? new NoiseRows(columns);
  pools.set(columns, pool);
  const rowBytes = 2 * columns;
  const rowOf = name.endsWith("q_proj.weight") ? groupRow(geometry) : (row: number) => row;
  const readRange: WeightTensor["readRange"] = async (target, byteOffset) => {
    for (let at = 0; at < target.length; at += rowBytes) {
      const row = rowOf((byteOffset + at) / rowBytes);
      pool.fill(target.subarray(at, at + rowBytes), seed, row);
    }
  };
  return {
    ...{ name, format: "f16", shape, byteLength: rows * rowBytes, readRange },
    readInto: (target, signal) => readRange(target, 0, signal),
  };
}

/** The row of the group's first head that stands for a row of any of its heads. */
function groupRow({ queryHeads, kvHeads, headDim }: RandomGeometry): (row: number) => number {
  const groupRows = (queryHeads / kvHeads) * headDim;
  return (row) => Math.floor(row / groupRows) * groupRows + (row % headDim);
}
