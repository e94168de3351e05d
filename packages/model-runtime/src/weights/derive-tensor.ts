import { ModelError } from "../model-error.ts";
import type { ExpectedTensor, StoredPlace } from "./families/model-family.ts";
import type { WeightTensor } from "./model-files.ts";
import { readTransposed } from "./read-transposed.ts";
import {
  createWeightTensor,
  openWeightTensor,
  type StoredTensor,
  tensorBytes,
} from "./stored-tensor.ts";
import { unpackRow } from "./unpack.ts";

/** The shape that a file has for a tensor. */
export function storedShape(
  shape: readonly number[],
  { part, transposed }: StoredPlace,
): readonly number[] {
  const whole = part ? [part.of, ...shape.slice(1)] : shape;
  return transposed ? whole.toReversed() : whole;
}

/**
 * An expected tensor out of the one that a file stores: as it is, or a part, the transpose, or one more of it.
 * @throws ModelError "unsupported-format" for a type that is not read, or not in parts or transposed.
 */
export function deriveTensor(
  { name, shape }: ExpectedTensor,
  place: StoredPlace,
  stored: StoredTensor,
): WeightTensor {
  if (place.transposed) return transposedTensor(name, shape, place, stored);
  const tensor = openWeightTensor(name, place.part ? cutRows(shape, place.part, stored) : stored);
  return place.lessOne ? addOne(tensor) : tensor;
}

function cutRows(
  shape: readonly number[],
  { first }: NonNullable<StoredPlace["part"]>,
  stored: StoredTensor,
): StoredTensor {
  if (typeof stored.type !== "string") return stored;
  const before = tensorBytes(stored.type, [first, ...shape.slice(1)]);
  const byteLength = tensorBytes(stored.type, shape);
  if (before === undefined || byteLength === undefined) {
    const message = `${stored.name}: [${shape.join(", ")}] from row ${first} is no shape of whole ${stored.type} blocks`;
    throw new ModelError("bad-tensor", message);
  }
  return { ...stored, shape, offset: stored.offset + before, byteLength };
}

function transposedTensor(
  name: string,
  shape: readonly number[],
  { part }: StoredPlace,
  stored: StoredTensor,
): WeightTensor {
  const { format } = openWeightTensor(name, stored);
  const [rows = 0, columns = 0] = shape;
  if (format !== "f32" && format !== "f16" && format !== "bf16") {
    const message = `${stored.name}: a transposed matrix in ${format} is not supported; there is f32, f16, bf16`;
    throw new ModelError("unsupported-format", message);
  }
  const numberBytes = format === "f32" ? 4 : 2;
  const place = { first: part?.first ?? 0, of: part?.of ?? rows, columns, numberBytes } as const;
  const byteLength = rows * columns * numberBytes;
  return createWeightTensor({ name, format, shape, byteLength }, (target, byteOffset, signal) =>
    readTransposed(stored, place, target, byteOffset, signal),
  );
}

/** A vector, each number one more, as f32. */
function addOne(tensor: WeightTensor): WeightTensor {
  const { name, shape, format } = tensor;
  const [count = 0] = shape;
  const byteLength = count * Float32Array.BYTES_PER_ELEMENT;
  const facts = { name, shape, format: "f32", byteLength } as const;
  return createWeightTensor(facts, async (target, byteOffset, signal) => {
    const stored = new Uint8Array(tensor.byteLength);
    await tensor.readInto(stored, signal);
    const numbers = new Float32Array(count);
    unpackRow(format, stored, 0, numbers, count);
    const bytes = new Uint8Array(numbers.map((number) => number + 1).buffer);
    target.set(bytes.subarray(byteOffset, byteOffset + target.byteLength));
  });
}
