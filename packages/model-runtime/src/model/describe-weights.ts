import type { WeightTensor } from "../weights/model-files.ts";
import type { TensorFormat } from "../weights/tensor-format.ts";

/** How many numbers there are, and the format of most of their bytes. */
export function describeWeights(tensors: readonly WeightTensor[]): {
  readonly parameters: number;
  readonly weightType: string;
} {
  const bytes = new Map<TensorFormat, number>();
  let parameters = 0;
  for (const { format, shape, byteLength } of tensors) {
    parameters += shape.reduce((product, size) => product * size, 1);
    bytes.set(format, (bytes.get(format) ?? 0) + byteLength);
  }
  const [most] = [...bytes].sort(([, a], [, b]) => b - a);
  return { parameters, weightType: most?.[0] ?? "none" };
}
