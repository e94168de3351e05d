import { sharedData } from "@sift-attention/testing/shared-data";
import { describe, expect, test } from "vitest";
import { maxAbsDifference } from "../src/index.ts";
import {
  attendOnnx,
  numbersOf,
  type OnnxCase,
  outputY,
  perKey,
  readOnnxCases,
} from "./onnx-attention.ts";

const folder = sharedData("data", "golden", "onnx-operators");
const cases = folder === undefined ? [] : readOnnxCases(folder, "Attention");

/** Numbers under 4 in the case's own format, summed a few dozen times. */
function toleranceOf({ outputs }: OnnxCase): number {
  return outputs[0]!.dtype === "float16" ? 2e-3 : 2e-6;
}

/** What the operator's second result shows, by mode: 0 scaled q·k, 1 after the soft cap, 2 after the mask, 3 weights. */
function keyStatistic(onnxCase: OnnxCase): Float64Array {
  const mode = onnxCase.node.attrs.qk_matmul_output_mode ?? 0;
  const results = attendOnnx(onnxCase, ({ bias, softCap, ...plain }) => ({
    ...plain,
    ...(bias && mode >= 2 ? { bias } : {}),
    ...(softCap && mode >= 1 ? { softCap } : {}),
  }));
  return perKey(results, ({ weights, scores }) => (mode === 3 ? weights : scores));
}

const withStatistic = cases.flatMap((onnxCase) => {
  const expected = onnxCase.outputs.find(({ name }) => name === "qk_matmul_output");
  return expected === undefined ? [] : [{ name: onnxCase.test, onnxCase, expected }];
});

describe.skipIf(folder === undefined)(
  "decodeAttention against the ONNX operator (shared data/golden/onnx-operators)",
  () => {
    test("covers every attention case: masks, GQA, causal, soft cap, past and present, padding", () => {
      const names = cases.map((onnxCase) => onnxCase.test).join(" ");
      expect(cases.length).toBeGreaterThanOrEqual(74);
      for (const kind of [
        "gqa",
        "causal",
        "softcap",
        "attn_mask",
        "past",
        "nonpad",
        "diff_heads",
      ]) {
        expect(names).toContain(kind);
      }
    });

    test.each(cases)("$test", (onnxCase) => {
      const results = attendOnnx(onnxCase);
      const error = maxAbsDifference(numbersOf(onnxCase.outputs[0]!), outputY(onnxCase, results));
      expect(error).toBeLessThan(toleranceOf(onnxCase));
    });

    test("knows cases of all four modes of the second result", () => {
      const modes = withStatistic.map(
        ({ onnxCase }) => onnxCase.node.attrs.qk_matmul_output_mode ?? 0,
      );
      expect(withStatistic.length).toBeGreaterThanOrEqual(17);
      expect(new Set(modes)).toEqual(new Set([0, 1, 2, 3]));
    });

    test.each(withStatistic)("$name: its scores or weights", ({ onnxCase, expected }) => {
      const error = maxAbsDifference(numbersOf(expected), keyStatistic(onnxCase));
      expect(error).toBeLessThan(toleranceOf(onnxCase));
    });

    test("the tolerance sees a missing key: leaving out each head's lightest one fails", () => {
      const onnxCase = cases.find((one) => one.test === "test_attention_4d_gqa")!;
      const planted = attendOnnx(onnxCase, (call) => ({
        ...call,
        rule: { kind: "top-k", k: call.contextLength - 1 },
      }));
      const error = maxAbsDifference(numbersOf(onnxCase.outputs[0]!), outputY(onnxCase, planted));
      expect(error).toBeGreaterThan(1000 * toleranceOf(onnxCase));
    });
  },
);
