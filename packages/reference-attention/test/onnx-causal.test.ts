import { sharedData } from "@sift-attention/testing/shared-data";
import { describe, expect, test } from "vitest";
import { causalAttention, maxAbsDifference } from "../src/index.ts";
import { numbersOf, type OnnxCase, onnxCalls, readOnnxCases } from "./onnx-attention.ts";

const folder = sharedData("data", "golden", "onnx-operators");
/** Causal by position alone, in the layout [batch, heads, rows, width]. */
const cases = (folder === undefined ? [] : readOnnxCases(folder, "Attention")).filter(
  ({ node, inputs }) =>
    node.attrs.is_causal === 1 &&
    inputs[0]!.shape.length === 4 &&
    !inputs.some(({ name }) => name === "attn_mask" || name === "nonpad_kv_seqlen"),
);

/** One batch element, its rows in one causal call: [rows, queryHeads, valueDim]. */
function attend(onnxCase: OnnxCase, batch: number): Float64Array {
  const rows = onnxCalls(onnxCase)[batch]!;
  const { geometry, contextLength, keys, values, valueDim } = rows[0]!;
  const past = onnxCase.inputs.find(({ name }) => name === "past_key");
  return causalAttention({
    geometry,
    keys,
    values,
    valueDim: valueDim!,
    capacity: contextLength,
    rows: rows.length,
    firstPosition: past?.shape[2] ?? 0,
    query: Float64Array.from(rows.flatMap(({ query }) => Array.from(query))),
  }).output;
}

describe.skipIf(folder === undefined)(
  "causalAttention against the ONNX operator (shared data/golden/onnx-operators)",
  () => {
    test("covers MHA, GQA, another value width and a past", () => {
      expect(cases.length).toBeGreaterThanOrEqual(4);
    });

    test.each(cases)("$test", (onnxCase) => {
      const expected = numbersOf(onnxCase.outputs[0]!);
      const [batches = 0, heads = 0, rows = 0, width = 0] = onnxCase.outputs[0]!.shape;
      for (let batch = 0; batch < batches; batch++) {
        const output = attend(onnxCase, batch);
        const transposed = output.map((_, index) => {
          const row = Math.floor(index / (heads * width));
          const head = Math.floor(index / width) % heads;
          return expected[((batch * heads + head) * rows + row) * width + (index % width)]!;
        });
        expect(maxAbsDifference(transposed, output)).toBeLessThan(2e-6);
      }
    });
  },
);
