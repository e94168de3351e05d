import { ModelError } from "../model-error.ts";
import { expectKnownTensors } from "./expect-known-tensors.ts";
import type { ExpectedTensor } from "./families/model-family.ts";
import type { WeightTensor } from "./model-files.ts";
import { openWeightTensor, type StoredTensor } from "./stored-tensor.ts";
import { TENSOR_BLOCKS } from "./tensor-format.ts";

/**
 * The tensors that a family needs, by Hugging Face name; `nameOf` says what the file calls each.
 * @throws ModelError "missing-tensor", "bad-tensor" for a shape or a vector in a block format, "unsupported-format",
 * "unsupported-architecture" when a layer stores a tensor that the family does not compute with.
 */
export function collectTensors(
  where: string,
  expected: readonly ExpectedTensor[],
  stored: ReadonlyMap<string, StoredTensor>,
  nameOf: (tensor: ExpectedTensor) => string,
): ReadonlyMap<string, WeightTensor> {
  expectKnownTensors(where, stored.keys(), new Set(expected.map(nameOf)));
  const tensors = new Map<string, WeightTensor>();
  for (const wanted of expected) {
    const found = stored.get(nameOf(wanted));
    if (!found) throw new ModelError("missing-tensor", `${where}: no tensor ${nameOf(wanted)}`);
    expectShape(where, wanted, found);
    tensors.set(wanted.name, openWeightTensor(wanted.name, found));
  }
  return tensors;
}

function expectShape(where: string, wanted: ExpectedTensor, found: StoredTensor): void {
  const got = found.shape.join(", ");
  if (got !== wanted.shape.join(", ")) {
    const message = `${where}: ${found.name}: expected [${wanted.shape.join(", ")}], got [${got}]`;
    throw new ModelError("bad-tensor", message);
  }
  if (
    wanted.shape.length === 1 &&
    typeof found.type === "string" &&
    TENSOR_BLOCKS[found.type].numbers > 1
  ) {
    const message = `${where}: ${found.name}: expected f32, f16 or bf16 for a vector, got ${found.type}`;
    throw new ModelError("bad-tensor", message);
  }
}
