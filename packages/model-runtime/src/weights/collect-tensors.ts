import { ModelError } from "../model-error.ts";
import { deriveTensor, storedShape } from "./derive-tensor.ts";
import { expectKnownTensors } from "./expect-known-tensors.ts";
import type { ExpectedTensor, StoredPlace } from "./families/model-family.ts";
import type { WeightTensor } from "./model-files.ts";
import type { StoredTensor } from "./stored-tensor.ts";
import { TENSOR_BLOCKS } from "./tensor-format.ts";

/**
 * The tensors that a family needs, by their own names; `placeOf` says how the file stores each.
 * @throws ModelError "missing-tensor", "bad-tensor" for a shape or a vector in a block format, "unsupported-format",
 * "unsupported-architecture" when a layer stores a tensor that the family does not compute with.
 */
export function collectTensors(
  where: string,
  expected: readonly ExpectedTensor[],
  stored: ReadonlyMap<string, StoredTensor>,
  placeOf: (tensor: ExpectedTensor) => StoredPlace,
): ReadonlyMap<string, WeightTensor> {
  const known = new Set(expected.map((tensor) => placeOf(tensor).name));
  expectKnownTensors(where, stored.keys(), known);
  const tensors = new Map<string, WeightTensor>();
  for (const wanted of expected) {
    const place = placeOf(wanted);
    const found = stored.get(place.name);
    if (!found) throw new ModelError("missing-tensor", `${where}: no tensor ${place.name}`);
    expectShape(where, storedShape(wanted.shape, place), found);
    tensors.set(wanted.name, deriveTensor(wanted, place, found));
  }
  return tensors;
}

function expectShape(where: string, shape: readonly number[], found: StoredTensor): void {
  const got = found.shape.join(", ");
  if (got !== shape.join(", ")) {
    const message = `${where}: ${found.name}: expected [${shape.join(", ")}], got [${got}]`;
    throw new ModelError("bad-tensor", message);
  }
  const isVector = shape.length === 1;
  if (isVector && typeof found.type === "string" && TENSOR_BLOCKS[found.type].numbers > 1) {
    const message = `${where}: ${found.name}: expected f32, f16 or bf16 for a vector, got ${found.type}`;
    throw new ModelError("bad-tensor", message);
  }
}
