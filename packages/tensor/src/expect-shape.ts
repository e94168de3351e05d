import { elementCount, formatShape, type Shape, sameShape } from "./shape.ts";
import { TensorError } from "./tensor-error.ts";

function isDimension(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/**
 * Refuses a shape with another number of dimensions or another size in one of them.
 * @param name The array, as its user knows it: "keys".
 * @throws TensorError "invalid-shape" when a dimension of `got` is no whole number ≥ 0,
 * "shape-mismatch" when the two differ: `keys: expected [8, 512, 64], got [8, 512, 32]`.
 */
export function expectShape(name: string, expected: Shape, got: Shape): void {
  if (!got.every(isDimension)) {
    throw new TensorError(
      "invalid-shape",
      `${name}: dimensions must be whole numbers of at least 0, got ${formatShape(got)}`,
    );
  }
  if (sameShape(expected, got)) return;
  throw new TensorError(
    "shape-mismatch",
    `${name}: expected ${formatShape(expected)}, got ${formatShape(got)}`,
  );
}

/**
 * Refuses a flat array that does not hold exactly the numbers of a shape.
 * @param name The array, as its user knows it: "keys".
 * @throws TensorError "length-mismatch":
 * `keys: expected [8, 512, 64] = 262144 numbers, got 131072`.
 */
export function expectLength(name: string, shape: Shape, array: ArrayLike<unknown>): void {
  const count = elementCount(shape);
  if (array.length === count) return;
  throw new TensorError(
    "length-mismatch",
    `${name}: expected ${formatShape(shape)} = ${count} numbers, got ${array.length}`,
  );
}
