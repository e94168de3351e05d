import { decodeF16Array } from "@sift-attention/tensor";
import { describe, expect, test } from "vitest";
import { randomFiles } from "./random-files.ts";

const geometry = {
  ...{ layers: 2, queryHeads: 4, kvHeads: 2, headDim: 32, hiddenSize: 64, feedForwardSize: 128 },
  ...{ vocabularySize: 512, contextLength: 256 },
};
const files = randomFiles("random", geometry);

async function numbersOf(name: string): Promise<Float32Array> {
  const { byteLength, readInto } = files.tensors.get(name)!;
  const bytes = new Uint8Array(byteLength);
  await readInto(bytes);
  return decodeF16Array(new Uint16Array(bytes.buffer));
}

describe("randomFiles", () => {
  test("has weights with mean 0 and variance 1 / columns", async () => {
    const numbers = await numbersOf("model.embed_tokens.weight");
    const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
    const variance = numbers.reduce((sum, x) => sum + x * x, 0) / numbers.length;
    expect(Math.abs(mean)).toBeLessThan(0.005);
    expect(variance * geometry.hiddenSize).toBeCloseTo(1, 1);
  });

  test("gives the heads of a group the same queries, and no other heads", async () => {
    const headNumbers = geometry.headDim * geometry.hiddenSize;
    const numbers = await numbersOf("model.layers.1.self_attn.q_proj.weight");
    const head = (index: number) =>
      numbers.slice(index * headNumbers, (index + 1) * headNumbers).join();
    expect(head(0)).toBe(head(1));
    expect(head(2)).toBe(head(3));
    expect(head(0)).not.toBe(head(2));
  });

  test("reads any range as the whole has it", async () => {
    const { readRange } = files.tensors.get("model.layers.0.mlp.up_proj.weight")!;
    const rowBytes = 2 * geometry.hiddenSize;
    const rows = new Uint8Array(3 * rowBytes);
    await readRange(rows, 5 * rowBytes);
    const whole = await numbersOf("model.layers.0.mlp.up_proj.weight");
    const from = 5 * geometry.hiddenSize;
    const expected = whole.slice(from, from + 3 * geometry.hiddenSize);
    expect(decodeF16Array(new Uint16Array(rows.buffer))).toEqual(expected);
  });
});
