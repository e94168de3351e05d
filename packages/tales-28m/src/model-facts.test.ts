import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { GGMLQuantizationType, gguf } from "@huggingface/gguf";
import { describe, expect, test } from "vitest";
import { modelFacts } from "./model-facts.ts";
import { modelPath } from "./model-path.ts";

describe("modelFacts", () => {
  test("give the size and the digest of the file", () => {
    const file = readFileSync(modelPath());
    expect(file.byteLength).toBe(modelFacts.byteLength);
    expect(createHash("sha256").update(file).digest("hex")).toBe(modelFacts.sha256);
  });

  test("fit a budget of 32 MB", () => {
    expect(modelFacts.byteLength).toBeLessThanOrEqual(32e6);
  });

  test("agree with the header", async () => {
    const { metadata } = await gguf(modelPath(), { allowLocalFile: true });
    expect(metadata).toMatchObject({
      version: 3,
      "general.architecture": "llama",
      "general.name": modelFacts.name,
      "llama.block_count": modelFacts.layers,
      "llama.attention.head_count": modelFacts.queryHeads,
      "llama.attention.head_count_kv": modelFacts.kvHeads,
      "llama.attention.key_length": modelFacts.headDim,
      "llama.context_length": modelFacts.contextLength,
      "llama.vocab_size": modelFacts.vocabularySize,
      "tokenizer.ggml.model": "gpt2",
      "tokenizer.ggml.pre": "qwen2",
      "tokenizer.ggml.add_bos_token": false,
      "tokenizer.ggml.eot_token_id": modelFacts.stopTokens[0],
      "tokenizer.ggml.eos_token_id": modelFacts.stopTokens[1],
      "tokenizer.chat_template": expect.stringContaining("<|im_start|>assistant"),
    });
    expect(metadata).toHaveProperty(["tokenizer.ggml.tokens", "length"], modelFacts.vocabularySize);
  });

  test("agree with the tensors: every parameter is there, norms in f32, the rest in q8_0", async () => {
    const { tensorInfos } = await gguf(modelPath(), { allowLocalFile: true });
    let parameters = 0;
    for (const { name, shape, dtype } of tensorInfos) {
      parameters += Number(shape.reduce((product, length) => product * length, 1n));
      const isNorm = name.endsWith("norm.weight");
      expect(dtype, name).toBe(isNorm ? GGMLQuantizationType.F32 : GGMLQuantizationType.Q8_0);
    }
    expect(tensorInfos).toHaveLength(9 * modelFacts.layers + 2);
    expect(parameters).toBe(modelFacts.parameters);
  });
});
