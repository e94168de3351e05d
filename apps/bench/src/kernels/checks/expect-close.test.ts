import { decodeAttention } from "@sift-attention/reference-attention";
import { createNormal, createRandom } from "@sift-attention/testing/random";
import { describe, expect, test } from "vitest";
import { expectClose, relativeBound } from "./expect-close.ts";

const options = { bound: relativeBound, against: "the oracle" };

describe("expectClose", () => {
  test("gives the error relative to the truth's largest value", () => {
    expect(expectClose([2, 4.0001], [2, 4], options)).toBeCloseTo(0.000025, 9);
  });

  test("refuses no number, another length, and zeros", () => {
    for (const result of [[Number.NaN, 4], [2], [0, 0]]) {
      expect(() => expectClose(result, [2, 4], options)).toThrow("output: expected within 2.4e-4");
    }
  });

  test("refuses the output that lacks one key of 2,048 of about equal weight", () => {
    const normal = createNormal(createRandom(3));
    const [contextLength, headDim] = [2048, 32];
    const numbers = (length: number) => Float32Array.from({ length }, normal);
    const call = {
      geometry: { queryHeads: 1, kvHeads: 1, headDim },
      contextLength,
      query: new Float32Array(headDim),
      keys: numbers(contextLength * headDim),
      values: numbers(contextLength * headDim),
    };
    const truth = decodeAttention(call).output;
    const lacking = decodeAttention({ ...call, rule: { kind: "top-k", k: contextLength - 1 } });
    expect(() => expectClose(lacking.output, truth, options)).toThrow("of the oracle");
  });
});
