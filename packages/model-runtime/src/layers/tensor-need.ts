import { ModelError } from "../model-error.ts";
import { expectKnownTensors } from "../weights/expect-known-tensors.ts";
import type { ModelFiles, WeightTensor } from "../weights/model-files.ts";
import { TENSOR_BLOCKS } from "../weights/tensor-format.ts";

/** A tensor that a decoder computes with. */
export interface TensorNeed {
  /** Hugging Face's name. */
  readonly name: string;
  /** [rows, columns] for a matrix that stays packed, [length] for a vector that is held as f32. */
  readonly shape: readonly [number, number] | readonly [number];
}

/** A needed tensor and the one of the file that serves it. */
export interface FoundTensor {
  readonly need: TensorNeed;
  readonly tensor: WeightTensor;
}

/**
 * Finds what a decoder needs before any of it is read.
 * @throws ModelError "missing-tensor"; "bad-tensor" for another shape or a length that does not fit it;
 * "unsupported-architecture" when a layer stores a tensor that the decoder does not compute with.
 */
export function findTensors(
  files: Pick<ModelFiles, "tensors" | "config">,
  needs: readonly TensorNeed[],
): readonly FoundTensor[] {
  const { family, layers } = files.config;
  const where = `family "${family}" with ${layers} layers`;
  expectKnownTensors(where, files.tensors.keys(), new Set(needs.map((need) => need.name)));
  return needs.map((need) => {
    const tensor = files.tensors.get(need.name);
    if (tensor) return { need, tensor: expectShape(tensor, need.shape) };
    throw new ModelError(
      "missing-tensor",
      `${need.name}: expected a tensor [${need.shape}], the file has none of that name`,
    );
  });
}

function expectShape(tensor: WeightTensor, shape: readonly number[]): WeightTensor {
  if (tensor.shape.join() !== shape.join()) {
    throw new ModelError(
      "bad-tensor",
      `${tensor.name}: expected [${shape}], got [${tensor.shape}]; config and weights disagree`,
    );
  }
  const expected = packedBytes(tensor, shape);
  if (tensor.byteLength === expected) return tensor;
  throw new ModelError(
    "bad-tensor",
    `${tensor.name}: expected ${expected} bytes for [${shape}] in ${tensor.format}, got ${tensor.byteLength}`,
  );
}

function packedBytes(tensor: WeightTensor, shape: readonly number[]): number {
  const block = TENSOR_BLOCKS[tensor.format];
  const columns = shape.at(-1) ?? 0;
  if (columns % block.numbers !== 0) {
    throw new ModelError(
      "bad-tensor",
      `${tensor.name}: expected rows of a multiple of ${block.numbers} numbers for ${tensor.format}, got ${columns}`,
    );
  }
  const rows = shape.length === 2 ? (shape[0] ?? 0) : 1;
  return rows * (columns / block.numbers) * block.bytes;
}
