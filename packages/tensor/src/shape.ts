/** Sizes of an array's dimensions, outermost first; the last one is contiguous in memory. `[]` is a single number. */
export type Shape = readonly number[];

/** How many numbers an array of this shape holds: the product of its dimensions, 1 for `[]`. */
export function elementCount(shape: Shape): number {
  return shape.reduce((count, dimension) => count * dimension, 1);
}

/** The shape as errors and documentation write it: `[8, 512, 64]`. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** Whether two shapes have the same dimensions in the same order. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, axis) => dimension === b[axis]);
}
