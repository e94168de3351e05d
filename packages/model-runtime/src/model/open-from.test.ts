import { describe, expect, test } from "vitest";
import { collectIds } from "../../test/collect.ts";
import { createTinyModel } from "../../test/tiny-model.ts";
import { openCpuBackend } from "../backend/cpu/open-cpu-backend.ts";
import { ModelError, type ModelErrorCode } from "../model-error.ts";
import type { OpenModelOptions } from "../open-options.ts";
import {
  createScriptedBackend,
  type ScriptedBackend,
} from "../session/scripted-backend.fixture.ts";
import type { Backends } from "./open-backend.ts";
import { openFrom } from "./open-from.ts";

/** The CPU, and a GPU that cannot be had for this reason or is one of these, in turn. */
function backends(gpu: ModelErrorCode | readonly ScriptedBackend[]): Backends & {
  readonly asked: OpenModelOptions[];
} {
  const asked: OpenModelOptions[] = [];
  const left = typeof gpu === "string" ? [] : [...gpu];
  return {
    asked,
    cpu: (files, options) => openCpuBackend(files, { ...options, cpu: "plain" }),
    async webgpu(_files, options) {
      asked.push(options);
      const next = left.shift();
      if (next) return next;
      throw new ModelError(typeof gpu === "string" ? gpu : "no-backend", "there is no adapter");
    },
  };
}

describe("openFrom", () => {
  test("takes the GPU where there is one", async () => {
    const model = await openFrom(backends([createScriptedBackend()]), createTinyModel(), {});
    expect(model.info).toMatchObject({ backend: "webgpu", backendDescription: "scripted" });
    await model.dispose();
  });

  test.each(["no-backend", "out-of-memory"] as const)(
    "falls back to the CPU and says why: %s",
    async (code) => {
      const model = await openFrom(backends(code), createTinyModel(), {});
      expect(model.info).toMatchObject({
        backend: "cpu",
        backendDescription: "cpu, plain TypeScript, 1 thread; not on a GPU: there is no adapter",
      });
      await model.dispose();
    },
  );

  test("a GPU that was asked for by name, and any other failure, is told", async () => {
    const opening = openFrom(backends("no-backend"), createTinyModel(), { backend: "webgpu" });
    await expect(opening).rejects.toMatchObject({ code: "no-backend" });
    const aborted = openFrom(backends("aborted"), createTinyModel(), {});
    await expect(aborted).rejects.toMatchObject({ code: "aborted" });
  });

  test("does not look for a GPU when the CPU is asked for", async () => {
    const gpus = backends([]);
    const model = await openFrom(gpus, createTinyModel(), { backend: "cpu" });
    expect(model.info.backendDescription).toBe("cpu, plain TypeScript, 1 thread");
    expect(gpus.asked).toEqual([]);
    await model.dispose();
  });

  test("opens a lost GPU again with the same settings, and not the CPU", async () => {
    const [lost, next] = [createScriptedBackend(), createScriptedBackend()];
    const gpus = backends([lost, next]);
    const options = { kvType: "f32", onProgress() {}, signal: AbortSignal.abort() } as const;
    const model = await openFrom(gpus, createTinyModel(), options);
    lost.loseAfter(4);
    const session = await model.createSession({ attention: { kind: "full" } });
    const ids = await collectIds(session.generate([1, 2, 3], { maxTokens: 8 }));
    expect(ids).toHaveLength(8);
    expect(gpus.asked).toEqual([options, { kvType: "f32" }]);
    await model.dispose();
    expect(next.isDisposed).toBe(true);
  });

  test("a model of files that are given by name reads them again", async () => {
    const lost = createScriptedBackend();
    const gpus = backends([lost]);
    const files = createTinyModel();
    const model = await openFrom(gpus, files, {});
    lost.loseAfter(0);
    const session = await model.createSession();
    await expect(session.generate([1]).next()).rejects.toMatchObject({
      code: "device-lost",
      message: expect.stringContaining("there is no adapter"),
    });
    await model.dispose();
  });
});

describe("contextLength", () => {
  test("of a model is that of its sessions and batches, unless they say another", async () => {
    const options = { contextLength: 40 } as const;
    const model = await openFrom(backends("no-backend"), createTinyModel(), options);
    expect((await model.createSession()).contextLength).toBe(40);
    expect((await model.createBatch({ slots: 2 })).contextLength).toBe(40);
    expect((await model.createSession({ contextLength: 9 })).contextLength).toBe(9);
    await model.dispose();
  });

  test('"auto" is what the memory leaves room for, at most what the model was made for', async () => {
    const roomy = { ...createScriptedBackend(), contextThatFits: (slots: number) => 300 / slots };
    const model = await openFrom(backends([roomy]), createTinyModel(), { contextLength: "auto" });
    expect((await model.createSession()).contextLength).toBe(256);
    expect((await model.createBatch({ slots: 3 })).contextLength).toBe(100);
    expect([model.contextThatFits(), model.contextThatFits(2)]).toEqual([256, 150]);
    await model.dispose();
  });

  test("past what the model was made for is refused before anything is loaded", async () => {
    const gpus = backends([]);
    await expect(openFrom(gpus, createTinyModel(), { contextLength: 257 })).rejects.toMatchObject({
      code: "bad-option",
      message: expect.stringContaining("256"),
    });
    expect(gpus.asked).toEqual([]);
  });
});
