import type { AttentionGeometry } from "@sift-attention/tensor";
import { BenchError } from "../../bench-error.ts";

/** The attention of a model. */
export interface AttentionShape {
  readonly name: string;
  readonly geometry: AttentionGeometry;
}

/** Those of the benchmark, the most telling first. */
export const SHAPES: readonly AttentionShape[] = [
  { name: "llama-3.1-8b", geometry: { queryHeads: 32, kvHeads: 8, headDim: 128 } },
  { name: "smollm2-135m", geometry: { queryHeads: 9, kvHeads: 3, headDim: 64 } },
  { name: "qwen2.5-0.5b", geometry: { queryHeads: 14, kvHeads: 2, headDim: 64 } },
  { name: "mha-32x128", geometry: { queryHeads: 32, kvHeads: 32, headDim: 128 } },
];

/** @throws BenchError for a name that no shape has. */
export function findShape(name: string): AttentionShape {
  const found = SHAPES.find((shape) => shape.name === name);
  if (found) return found;
  const names = SHAPES.map((shape) => shape.name).join(", ");
  throw new BenchError(`--shapes: expected some of ${names}, got ${name}`);
}
