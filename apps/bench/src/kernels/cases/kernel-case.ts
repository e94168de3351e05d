import { byteLength, type Shape } from "@sift-attention/tensor";
import { BenchError } from "../../bench-error.ts";
import type { AttentionShape } from "./attention-shape.ts";

/** One decode step: a query token for each of `batch` sequences, all of `context` keys. */
export interface KernelCase {
  readonly shape: AttentionShape;
  readonly batch: number;
  readonly context: number;
  readonly kvType: BenchKvType;
}

/** How a case's keys and values are stored. */
export const KV_TYPES = ["f16", "i8"] as const;

export type BenchKvType = (typeof KV_TYPES)[number];

/** @throws BenchError for a type that is not measured. */
export function findKvType(name: string): BenchKvType {
  const found = KV_TYPES.find((type) => type === name);
  if (found) return found;
  throw new BenchError(`--kv: expected ${KV_TYPES.join(" or ")}, got ${name}`);
}

/** Keys, and as well values, are kvType [batch, kvHeads, context, headDim]. */
export function keysShape({ shape, batch, context }: KernelCase): Shape {
  return [batch, shape.geometry.kvHeads, context, shape.geometry.headDim];
}

/** A scale for each row of whole numbers: f32 [batch, kvHeads, context]. */
export function scalesShape({ shape, batch, context }: KernelCase): Shape {
  return [batch, shape.geometry.kvHeads, context];
}

/** Bytes of the keys without their scales. */
export function keysBytes(kernelCase: KernelCase): number {
  return byteLength(kernelCase.kvType, keysShape(kernelCase));
}

/** Bytes of the keys' scales, and as well of the values'. */
export function scalesBytes(kernelCase: KernelCase): number {
  return kernelCase.kvType === "i8" ? byteLength("f32", scalesShape(kernelCase)) : 0;
}

/** Its name in messages. */
export function caseName({ shape, batch, context, kvType }: KernelCase): string {
  return `${shape.name}, ${kvType}, batch ${batch}, context ${context}`;
}

/** Batch 1 before larger ones, shapes in their order, long contexts first: a run that is cut short has the most telling. */
export function orderCases(
  shapes: readonly AttentionShape[],
  batches: readonly number[],
  contexts: readonly number[],
  kvType: BenchKvType,
): KernelCase[] {
  const longestFirst = contexts.toSorted((a, b) => b - a);
  return batches
    .toSorted((a, b) => a - b)
    .flatMap((batch) =>
      shapes.flatMap((shape) => longestFirst.map((context) => ({ shape, batch, context, kvType }))),
    );
}
