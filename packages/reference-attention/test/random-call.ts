import { createNormal, createRandom } from "@sift-attention/testing/random";
import fc from "fast-check";
import type { DecodeCall } from "../src/decode-call.ts";

/** What a random call looks like. */
export interface CallShape {
  readonly kvHeads: number;
  readonly groupSize: number;
  readonly headDim: number;
  readonly contextLength: number;
  /** Rows allocated past the context. */
  readonly spare: number;
  readonly seed: number;
}

/** A decode call over normal numbers, rounded to float32 as a kernel would get them. */
export function randomCall(shape: CallShape): DecodeCall {
  const { kvHeads, groupSize, headDim, contextLength, spare } = shape;
  const normal = createNormal(createRandom(shape.seed));
  const numbers = (count: number, scale: number) =>
    Float32Array.from({ length: count }, () => scale * normal());
  const capacity = contextLength + spare;
  return {
    geometry: { queryHeads: kvHeads * groupSize, kvHeads, headDim },
    contextLength,
    capacity,
    query: numbers(kvHeads * groupSize * headDim, 2),
    keys: numbers(kvHeads * capacity * headDim, 1),
    values: numbers(kvHeads * capacity * headDim, 1),
  };
}

/** Small calls of every kind: MHA, GQA and MQA, contexts from 1 key, with and without spare rows. */
export const callShapes: fc.Arbitrary<CallShape> = fc.record({
  kvHeads: fc.integer({ min: 1, max: 3 }),
  groupSize: fc.integer({ min: 1, max: 3 }),
  headDim: fc.integer({ min: 1, max: 8 }),
  contextLength: fc.integer({ min: 1, max: 70 }),
  spare: fc.integer({ min: 0, max: 3 }),
  seed: fc.integer(),
});

/** Calls of the kinds of `callShapes`. */
export const calls: fc.Arbitrary<DecodeCall> = callShapes.map(randomCall);
