import { sharedData } from "@sift-attention/testing/shared-data";
import { describe, expect, test } from "vitest";
import { maxAbsDifference, softmax } from "../src/index.ts";
import { numbersOf, type OnnxCase, readOnnxCases } from "./onnx-attention.ts";

const folder = sharedData("data", "golden", "onnx-operators");
const cases = folder === undefined ? [] : readOnnxCases(folder, "Softmax");

/** Softmax along an axis of any array, one line of numbers at a time. */
function softmaxAlong({ inputs, node }: OnnxCase): Float64Array {
  const input = inputs[0]!;
  const { shape } = input;
  const axis = ((node.attrs.axis ?? -1) + shape.length) % shape.length;
  const stride = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const length = shape[axis]!;
  const numbers = numbersOf(input);
  const output = new Float64Array(numbers.length);
  for (let start = 0; start < numbers.length; start++) {
    if (Math.floor(start / stride) % length !== 0) continue;
    const line = Array.from({ length }, (_, i) => numbers[start + i * stride]!);
    softmax(line).forEach((weight, i) => {
      output[start + i * stride] = weight;
    });
  }
  return output;
}

describe.skipIf(folder === undefined)(
  "softmax against the ONNX operator (shared data/golden/onnx-operators)",
  () => {
    test("covers every softmax case, large numbers included", () => {
      expect(cases.length).toBeGreaterThanOrEqual(7);
      expect(cases.map((onnxCase) => onnxCase.test)).toContain("test_softmax_large_number");
    });

    test.each(cases)("$test", (onnxCase) => {
      const expected = numbersOf(onnxCase.outputs[0]!);
      expect(maxAbsDifference(expected, softmaxAlong(onnxCase))).toBeLessThan(1e-6);
    });
  },
);
