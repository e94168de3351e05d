import { byteLength, type Shape } from "@sift-attention/tensor";
import type { AttentionShape } from "./attention-shape.ts";

/** One decode step: a query token for each of `batch` sequences, all of `context` keys. */
export interface KernelCase {
  readonly shape: AttentionShape;
  readonly batch: number;
  readonly context: number;
}

/** Keys, and as well values, are f16 [batch, kvHeads, context, headDim]. */
export function keysShape({ shape, batch, context }: KernelCase): Shape {
  return [batch, shape.geometry.kvHeads, context, shape.geometry.headDim];
}

export function keysBytes(kernelCase: KernelCase): number {
  return byteLength("f16", keysShape(kernelCase));
}

/** Its name in messages. */
export function caseName({ shape, batch, context }: KernelCase): string {
  return `${shape.name}, batch ${batch}, context ${context}`;
}

/** Batch 1 before larger ones, shapes in their order, long contexts first: a run that is cut short has the most telling. */
export function orderCases(
  shapes: readonly AttentionShape[],
  batches: readonly number[],
  contexts: readonly number[],
): KernelCase[] {
  const longestFirst = contexts.toSorted((a, b) => b - a);
  return batches
    .toSorted((a, b) => a - b)
    .flatMap((batch) =>
      shapes.flatMap((shape) => longestFirst.map((context) => ({ shape, batch, context }))),
    );
}
