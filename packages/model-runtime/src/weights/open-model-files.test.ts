import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sharedData } from "@sift-attention/testing/shared-data";
import { describe, expect, test } from "vitest";
import {
  tinyConfig,
  tinyFolder,
  tinyGguf,
  tinyGgufTensors,
  tinyMetadata,
  tinySafetensors,
} from "../../test/tiny-files.ts";
import { writeGguf } from "../../test/write-gguf.ts";
import { writeSafetensors } from "../../test/write-safetensors.ts";
import type { LoadProgress } from "../open-options.ts";
import { openModelFiles } from "./open-model-files.ts";

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const userSays = [{ role: "user", content: "Hi" }];

function openFolder(changes: Record<string, Uint8Array | undefined>) {
  const files = new Map(tinyFolder());
  for (const [name, bytes] of Object.entries(changes)) {
    if (bytes) files.set(name, bytes);
    else files.delete(name);
  }
  return openModelFiles({ files });
}

function openGguf(
  metadata: Parameters<typeof writeGguf>[0],
  tensors: Parameters<typeof writeGguf>[1] = tinyGgufTensors(),
) {
  return openModelFiles({ files: new Map([["m.gguf", writeGguf(metadata, tensors)]]) });
}

/** First rows of a file's tensor, to tell tensors apart. */
async function head(files: Awaited<ReturnType<typeof openModelFiles>>, name: string) {
  const tensor = files.tensors.get(name)!;
  const bytes = new Uint8Array(tensor.byteLength);
  await tensor.readInto(bytes);
  return [...bytes.subarray(0, 8)];
}

describe("openModelFiles", () => {
  test("reads ranges of a tensor, and refuses those that leave it", async () => {
    const files = await openModelFiles({ files: tinyFolder() });
    const [name, tensor] = [...files.tensors][1]!;
    const range = new Uint8Array(4);
    await tensor.readRange(range, 4);
    expect([...range]).toEqual((await head(files, name)).slice(4));
    await expect(tensor.readRange(range, tensor.byteLength - 2)).rejects.toThrow("inside its");
    await expect(tensor.readRange(range, -1)).rejects.toThrow("inside its");
  });

  test("opens a folder and a GGUF file of the same model alike", async () => {
    const folder = await openModelFiles({ files: tinyFolder() });
    const gguf = await openModelFiles({ files: new Map([["m.gguf", new Blob([tinyGguf()])]]) });
    expect(gguf.config.rotary?.layout).toBe("interleaved");
    const { rotary, normEpsilon, stopTokens, ...rest } = folder.config;
    expect(gguf.config).toMatchObject(rest);
    expect(gguf.config.normEpsilon).toBeCloseTo(normEpsilon, 10);
    expect(rotary?.layout).toBe("half");
    expect(stopTokens).toEqual([257, 259]);
    expect(gguf.config.stopTokens).toEqual([257, 259]);
    expect([...gguf.tensors.keys()]).toEqual([...folder.tensors.keys()]);
    for (const name of folder.tensors.keys()) {
      expect(await head(gguf, name)).toEqual(await head(folder, name));
    }
    const prompt = "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n";
    for (const files of [folder, gguf]) {
      expect(files.renderChat!(userSays, { addGenerationPrompt: true })).toBe(prompt);
      const ids = files.tokenizer.encode("hehe<|im_end|>");
      expect(ids).toEqual([256, 256, 259]);
      expect(files.tokenizer.decode(ids)).toBe("hehe");
      await files.close();
    }
  });

  test("opens from disk: a folder, a file, a folder with one .gguf", async () => {
    const path = mkdtempSync(join(tmpdir(), "sift-open-"));
    writeFileSync(join(path, "m.gguf"), tinyGguf());
    for (const source of [join(path, "m.gguf"), path]) {
      const files = await openModelFiles(source);
      expect(files.source).toBe(source);
      expect(files.config.rotary?.layout).toBe("interleaved");
      await files.close();
    }
    for (const [name, bytes] of tinyFolder()) writeFileSync(join(path, name), bytes);
    const files = await openModelFiles(path);
    expect(files.config.rotary?.layout).toBe("half");
    await files.close();
    rmSync(path, { recursive: true });
    await expect(openModelFiles(path)).rejects.toMatchObject({ code: "missing-file" });
  });

  test("refuses a layer's tensor that the family does not compute with", async () => {
    const extra = { type: 0, shape: [8], bytes: new Uint8Array(32) };
    const odd = openGguf(tinyMetadata(), { ...tinyGgufTensors(), "blk.1.attn_q.bias": extra });
    await expect(odd).rejects.toMatchObject({
      code: "unsupported-architecture",
      message: expect.stringContaining("blk.1.attn_q.bias"),
    });
    const bias = { dtype: "F32", shape: [8], bytes: new Uint8Array(32) };
    const withTensor = (name: string) =>
      openFolder({ "model.safetensors": writeSafetensors({ ...tinySafetensors(), [name]: bias }) });
    await expect(withTensor("model.layers.0.self_attn.q_norm.weight")).rejects.toMatchObject({
      code: "unsupported-architecture",
    });
    await withTensor("model.layers.0.self_attn.rotary_emb.inv_freq");
    await withTensor("vision.patch.weight");
  });

  test("joins the shards that an index lists", async () => {
    const tensors = Object.entries(tinySafetensors());
    const shards = [tensors.slice(0, 5), tensors.slice(5)];
    const names = ["model-1.safetensors", "model-2.safetensors"];
    const map = shards.flatMap((list, i) => list.map(([name]) => [name, names[i]]));
    const sharded = {
      "model.safetensors": undefined,
      "model.safetensors.index.json": json({ weight_map: Object.fromEntries(map) }),
      "model-1.safetensors": writeSafetensors(Object.fromEntries(shards[0]!)),
      "model-2.safetensors": writeSafetensors(Object.fromEntries(shards[1]!)),
    };
    const files = await openFolder(sharded);
    const single = await openFolder({});
    for (const name of single.tensors.keys()) {
      expect(await head(files, name)).toEqual(await head(single, name));
    }
    const moved = json({ weight_map: { ...Object.fromEntries(map), [map[0]![0]!]: names[1] } });
    const wrong = openFolder({ ...sharded, "model.safetensors.index.json": moved });
    await expect(wrong).rejects.toMatchObject({ code: "missing-tensor" });
    const outside = json({ weight_map: { a: "../model-1.safetensors" } });
    const escaping = openFolder({ ...sharded, "model.safetensors.index.json": outside });
    await expect(escaping).rejects.toMatchObject({ code: "bad-file" });
  });

  test("says of files without a model what would be one", async () => {
    const opening = openModelFiles({ files: new Map([["notes.txt", new Uint8Array(3)]]) });
    await expect(opening).rejects.toThrow(
      "files: expected a .gguf file or config.json with its weights; there is notes.txt",
    );
  });

  test.each(["config.json", "tokenizer.json", "model.safetensors"])(
    "names %s when it is missing",
    async (name) => {
      await expect(openFolder({ [name]: undefined })).rejects.toMatchObject({
        code: "missing-file",
        message: expect.stringContaining(name),
      });
    },
  );

  test("does without generation_config.json, tokenizer_config.json and a template", async () => {
    const files = await openFolder({
      "generation_config.json": undefined,
      "tokenizer_config.json": undefined,
    });
    expect(files.renderChat).toBeUndefined();
    expect(files.generationDefaults).toEqual({ stopTokens: [257] });
  });

  test("takes chat_template.jinja before the one in tokenizer_config.json", async () => {
    const template = new TextEncoder().encode("{{ messages[0].content }}{{ eos_token }}");
    const files = await openFolder({ "chat_template.jinja": template });
    expect(files.renderChat!(userSays, { addGenerationPrompt: false })).toBe("Hi<|im_end|>");
  });

  test("lists what is supported when the architecture is not", async () => {
    const mamba = json({ ...tinyConfig, model_type: "mamba" });
    await expect(openFolder({ "config.json": mamba })).rejects.toMatchObject({
      code: "unsupported-architecture",
      message: expect.stringContaining("llama"),
    });
    const gguf = openGguf({ ...tinyMetadata(), "general.architecture": ["text", "bert"] });
    await expect(gguf).rejects.toMatchObject({ code: "unsupported-architecture" });
  });

  test("names a missing tensor, a wrong shape and a type it does not read", async () => {
    const { "model.norm.weight": norm, ...others } = tinySafetensors();
    const lacking = { "model.safetensors": writeSafetensors(others) };
    await expect(openFolder(lacking)).rejects.toMatchObject({
      code: "missing-tensor",
      message: expect.stringContaining("model.norm.weight"),
    });
    const halved = { ...norm!, shape: [4], bytes: norm!.bytes.slice(0, 8) };
    const wrong = writeSafetensors({ ...others, "model.norm.weight": halved });
    await expect(openFolder({ "model.safetensors": wrong })).rejects.toMatchObject({
      code: "bad-tensor",
      message: expect.stringContaining("expected [8], got [4]"),
    });
    const integer = writeSafetensors({
      ...others,
      "model.norm.weight": { ...norm!, dtype: "I16" },
    });
    await expect(openFolder({ "model.safetensors": integer })).rejects.toMatchObject({
      code: "unsupported-format",
      message: expect.stringContaining("I16"),
    });
    const tensors = tinyGgufTensors();
    const q5 = { ...tensors, "output.weight": { ...tensors["output.weight"]!, type: 13 } };
    await expect(openGguf(tinyMetadata(), q5)).rejects.toMatchObject({
      code: "unsupported-format",
      message: expect.stringMatching(/output\.weight.*q5_k/),
    });
  });

  test("refuses quantised safetensors and split GGUF files", async () => {
    const quantised = json({ ...tinyConfig, quantization_config: { quant_method: "gptq" } });
    await expect(openFolder({ "config.json": quantised })).rejects.toMatchObject({
      code: "unsupported-format",
    });
    const split = openGguf({ ...tinyMetadata(), "split.count": ["u32", 2] });
    await expect(split).rejects.toMatchObject({ code: "unsupported-format" });
  });

  test("asks which of several .gguf files is meant", async () => {
    const files = new Map([
      ["a.gguf", tinyGguf()],
      ["b.gguf", tinyGguf()],
    ]);
    await expect(openModelFiles({ files })).rejects.toMatchObject({ code: "bad-option" });
  });

  test("reads the factors of rope_freqs.weight", async () => {
    const bytes = new Uint8Array(Float32Array.of(1, 4).buffer);
    const tensors = { ...tinyGgufTensors(), "rope_freqs.weight": { type: 0, shape: [2], bytes } };
    const { config } = await openGguf(tinyMetadata(), tensors);
    expect(config.rotary?.scaling).toEqual({ kind: "factors", factors: Float32Array.of(1, 4) });
  });

  test("stops when aborted, and tells where it is", async () => {
    const aborted = openModelFiles({ files: tinyFolder() }, { signal: AbortSignal.abort() });
    await expect(aborted).rejects.toMatchObject({ code: "aborted" });
    const seen: LoadProgress[] = [];
    const onProgress = (progress: LoadProgress): void => void seen.push(progress);
    await openModelFiles({ files: tinyFolder() }, { onProgress });
    expect(seen.map(({ stage, item }) => `${stage} ${item}`)).toEqual(["tokenizer tokenizer.json"]);
  });
});

const tales = sharedData("models", "tales-28m");

describe.skipIf(!tales)("openModelFiles, models/tales-28m", () => {
  test("reads configuration, defaults and tokenizer of a Hugging Face folder", async () => {
    const files = await openModelFiles(tales!);
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
    await files.close();
  });

  test("its tokenizer finds the golden ids of the text that they decode to", async () => {
    const { tokenizer, close } = await openModelFiles(tales!);
    const { cases } = JSON.parse(readFileSync(join(tales!, "golden.json"), "utf8"));
    expect(cases).toHaveLength(3);
    for (const { ids } of cases) {
      expect(tokenizer.encode(tokenizer.decode(ids, { keepSpecialTokens: true }))).toEqual(ids);
    }
    await close();
  });
});

const stories = sharedData("data", "weights", "stories260K", "stories260K.f32.derived.gguf");
const golden = sharedData("data", "golden", "stories260K");

describe.skipIf(!stories || !golden)("openModelFiles, data/weights/stories260K", () => {
  test("reads a GGUF file and decodes the golden tokens to the golden text", async () => {
    const files = await openModelFiles(stories!);
    expect(files.config).toMatchObject({ queryHeads: 8, kvHeads: 4, headDim: 8, layers: 5 });
    expect(files.tensors.get("model.layers.0.self_attn.k_proj.weight")).toMatchObject({
      format: "f32",
      shape: [32, 64],
    });
    for (const name of ["greedy", "prompt"]) {
      const lines = readFileSync(join(golden!, `stories260K.${name}.tokens.txt`), "utf8").trim();
      const text = readFileSync(join(golden!, `stories260K.${name}.txt`), "utf8");
      expect(files.tokenizer.decode(lines.split("\n").map(Number)).trim()).toBe(text.trim());
    }
    await files.close();
  });
});
