import { sharedData } from "@sift-attention/testing/shared-data";
import { describe, expect, test } from "vitest";
import { openModelFiles } from "./open-model-files.ts";

const folder = sharedData("models", "tales-28m");

describe.skipIf(!folder)("openModelFiles, models/tales-28m", () => {
  test("reads configuration, defaults, tokenizer and chat template of a Hugging Face folder", async () => {
    const files = await openModelFiles(folder!);
    expect(files.config).toMatchObject({
      family: "llama",
      queryHeads: 8,
      kvHeads: 2,
      headDim: 64,
      layers: 8,
      contextLength: 8192,
      rotary: { theta: 500_000, dimensions: 64, layout: "half", scaling: { kind: "none" } },
      tiedEmbeddings: true,
      stopTokens: [0, 2],
    });
    expect(files.generationDefaults).toEqual({ temperature: 0.8, topP: 0.95, stopTokens: [0, 2] });
    expect(files.tokenizer.vocabularySize).toBe(8192);
    const chat = files.renderChat!([{ role: "user", content: "Hi" }], {
      addGenerationPrompt: true,
    });
    expect(chat).toBe("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
    await files.close();
  });

  test("copies a tensor straight into shared memory", async () => {
    const files = await openModelFiles(folder!);
    const tensor = files.tensors.get("model.norm.weight")!;
    const target = new Uint8Array(new SharedArrayBuffer(tensor.byteLength));
    await tensor.readInto(target);
    expect(tensor).toMatchObject({ format: "f16", shape: [512], byteLength: 1024 });
    expect(target.some((byte) => byte !== 0)).toBe(true);
    await files.close();
  });
});
