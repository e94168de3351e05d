import { describe, expect, test } from "vitest";
import { collect } from "../test/collect.ts";
import { CPU_KINDS } from "../test/cpu-kinds.ts";
import { createTinyModel, toTensor } from "../test/tiny-model.ts";
import { loadCpuBackend } from "./backend/cpu/load-cpu-backend.ts";
import { loadModel } from "./model/load-model.ts";
import type { Model } from "./model.ts";
import { openModel } from "./open-model.ts";
import type { LoadProgress, OpenModelOptions } from "./open-options.ts";
import type { CpuOps } from "./ops/cpu-ops.ts";
import { createCpuOps } from "./ops/create-cpu-ops.ts";
import type { ModelFiles, WeightTensor } from "./weights/model-files.ts";

const QUERY = "model.layers.0.self_attn.q_proj.weight";

/** The tiny model with some tensors replaced, or taken out. */
function withTensors(changes: Readonly<Record<string, WeightTensor | undefined>>): ModelFiles {
  const files = createTinyModel();
  const tensors = new Map(files.tensors);
  for (const [name, tensor] of Object.entries(changes)) {
    if (tensor) tensors.set(name, tensor);
    else tensors.delete(name);
  }
  return { ...files, tensors };
}

/** A model on the CPU backend over these operators. */
function loadOn(
  files: ModelFiles,
  ops: CpuOps,
  options: Pick<OpenModelOptions, "signal" | "onProgress"> = {},
): Promise<Model> {
  const open = () => loadCpuBackend(files, ops, options);
  return loadModel(files, { open: async () => ({ backend: await open() }), reopen: open });
}

/** Operators that refuse to go past a number of bytes. */
function limited(ops: CpuOps, limit: number): CpuOps {
  return {
    ...ops,
    get liveBytes() {
      return ops.liveBytes;
    },
    allocate(byteLength) {
      if (ops.liveBytes + byteLength > limit) throw new Error("limit");
      return ops.allocate(byteLength);
    },
  };
}

describe("openModel", () => {
  test("says what runs where", async () => {
    const model = await openModel(createTinyModel(), { backend: "cpu", cpu: "plain" });
    expect(model.info).toEqual({
      source: "tiny",
      family: "llama",
      parameters: 67 * 32 + 2 * (32 * 2 + 2 * 32 * 32 + 2 * 16 * 32 + 3 * 48 * 32) + 32,
      weightBytes: model.info.parameters * 4,
      weightType: "f32",
      backend: "cpu",
      backendDescription: "cpu, plain TypeScript, 1 thread",
    });
    await model.dispose();
  });

  test("reports every tensor and ends with all bytes", async () => {
    const seen: LoadProgress[] = [];
    const files = createTinyModel();
    const model = await openModel(files, { onProgress: (progress) => seen.push(progress) });
    const weights = seen.filter(({ stage }) => stage === "weights");
    for (const name of files.tensors.keys()) {
      expect(weights.some(({ item }) => item === name)).toBe(true);
    }
    expect(weights.at(-1)!.bytesDone).toBe(weights[0]!.bytesTotal);
    expect(weights.map(({ bytesDone }) => bytesDone)).toEqual(
      weights.map(({ bytesDone }) => bytesDone).sort((a, b) => a - b),
    );
    await model.dispose();
  });

  test.each([
    ["backend", { backend: "tpu" as "cpu" }],
    ["cpu", { cpu: "fast" as "plain" }],
    ["threads", { threads: 0 }],
  ])("refuses another %s", async (name, options) => {
    await expect(openModel(createTinyModel(), options)).rejects.toMatchObject({
      code: "bad-option",
      message: expect.stringContaining(name),
    });
  });

  test("a missing tensor, another shape or another length is a typed error that names it", async () => {
    await expect(openModel(withTensors({ [QUERY]: undefined }))).rejects.toMatchObject({
      code: "missing-tensor",
      message: expect.stringContaining(QUERY),
    });
    const narrow = toTensor(QUERY, [32, 31], new Float32Array(32 * 31));
    await expect(openModel(withTensors({ [QUERY]: narrow }))).rejects.toMatchObject({
      code: "bad-tensor",
      message: expect.stringMatching(/\[32,32\].*\[32,31\]/),
    });
    const short = toTensor(QUERY, [32, 32], new Float32Array(1023));
    await expect(openModel(withTensors({ [QUERY]: short }))).rejects.toMatchObject({
      code: "bad-tensor",
      message: expect.stringMatching(/4096 bytes.*4092/),
    });
  });

  test("rows that are no whole blocks of their format are refused", async () => {
    const odd = { ...toTensor(QUERY, [32, 32], new Float32Array(8)), format: "q4_k" } as const;
    await expect(openModel(withTensors({ [QUERY]: odd }))).rejects.toMatchObject({
      code: "bad-tensor",
      message: expect.stringContaining("multiple of 256"),
    });
  });

  test("a layer's tensor that the family does not compute with is another architecture", async () => {
    const name = "model.layers.0.self_attn.q_norm.weight";
    const stranger = toTensor(name, [8], new Float32Array(8));
    await expect(openModel(withTensors({ [name]: stranger }))).rejects.toMatchObject({
      code: "unsupported-architecture",
      message: expect.stringContaining(name),
    });
    const table = "model.layers.0.self_attn.rotary_emb.inv_freq";
    const harmless = toTensor(table, [4], new Float32Array(4));
    await (await openModel(withTensors({ [table]: harmless }))).dispose();
  });

  test("an unknown family is refused by name", async () => {
    await expect(openModel(createTinyModel({ config: { family: "mamba" } }))).rejects.toMatchObject(
      {
        code: "unsupported-architecture",
        message: expect.stringContaining("mamba"),
      },
    );
  });

  test("a model without a chat template refuses messages", async () => {
    const model = await openModel({ ...createTinyModel(), renderChat: undefined });
    const messages = [{ role: "user", content: "HI" }];
    expect(() => model.applyChatTemplate(messages)).toThrow(/no-chat-template|chat template/);
    const session = await model.createSession({ attention: { kind: "full" } });
    const generation = session.generate({ messages });
    await expect(generation.next()).rejects.toMatchObject({ code: "no-chat-template" });
    await model.dispose();
  });
});

describe("loadModel", () => {
  test.each(CPU_KINDS)(
    "50 models opened, used and closed leave no byte behind: %s",
    async (kind) => {
      const ops = await createCpuOps({ kind });
      const keepOps = { ...ops, dispose: async () => {} };
      for (let i = 0; i < 50; i++) {
        const model = await loadOn(createTinyModel(), {
          ...keepOps,
          get liveBytes() {
            return ops.liveBytes;
          },
        });
        const session = await model.createSession({ attention: { kind: "full" } });
        const loaded = ops.liveBytes;
        await collect(session.generate([1, 2, 3], { maxTokens: 2 }));
        expect(ops.liveBytes).toBe(loaded);
        if (i % 2 === 0) session.dispose();
        await model.dispose();
        expect(ops.liveBytes).toBe(0);
      }
      await ops.dispose();
    },
  );

  test("a session takes what it says and gives it back", async () => {
    const ops = await createCpuOps({ kind: "plain" });
    const model = await loadOn(createTinyModel(), ops);
    const before = ops.liveBytes;
    const session = await model.createSession({ contextLength: 100, attention: { kind: "full" } });
    expect(session.memoryBytes).toBe(2 * (2 * 100 + 1) * 16 * 4);
    expect(ops.liveBytes - before).toBe(session.memoryBytes);
    session.dispose();
    session.dispose();
    expect(ops.liveBytes).toBe(before);
    await model.dispose();
    await expect(model.createSession()).rejects.toMatchObject({ code: "disposed" });
  });

  test("an abort while a tensor is read frees what was loaded", async () => {
    const ops = await createCpuOps({ kind: "plain" });
    const controller = new AbortController();
    let read = 0;
    const loading = loadOn(createTinyModel(), ops, {
      signal: controller.signal,
      onProgress: () => {
        if (++read === 5) controller.abort();
      },
    });
    await expect(loading).rejects.toMatchObject({ code: "aborted" });
    expect(read).toBe(5);
    expect(ops.liveBytes).toBe(0);
  });

  test("memory that ends at any point leaves nothing allocated", async () => {
    const ops = await createCpuOps({ kind: "plain" });
    const files = createTinyModel();
    const model = await loadOn(files, ops);
    const needed = ops.liveBytes;
    const cache = await model.createSession({ attention: { kind: "full" } });
    const withSession = ops.liveBytes;
    cache.dispose();
    const small = limited(ops, withSession - 1);
    await model.dispose();
    const plain = await createCpuOps({ kind: "plain" });
    for (let limit = 0; limit < needed; limit += 4096) {
      await expect(loadOn(files, limited(plain, limit))).rejects.toThrow("limit");
      expect(plain.liveBytes).toBe(0);
    }
    expect(small.liveBytes).toBe(0);
    const tight = await loadOn(files, limited(plain, withSession - 1));
    await expect(tight.createSession({ attention: { kind: "full" } })).rejects.toThrow("limit");
    expect(plain.liveBytes).toBe(needed);
    await tight.dispose();
  });
});
