import { openGpu } from "@sift-attention/gpu";
import { openTestGpu, testAdapter } from "@sift-attention/testing/test-gpu";
import { describe, expect, test } from "vitest";
import { openCpuBackend } from "../backend/cpu/open-cpu-backend.ts";
import { promptOf, tinyFiles } from "../backend/webgpu/backend-rig.fixture.ts";
import { createWebgpuBackend } from "../backend/webgpu/create-webgpu-backend.ts";
import type { WebgpuBackend } from "../backend/webgpu/webgpu-backend.ts";
import type { Model } from "../model.ts";
import type { LoadProgress } from "../open-options.ts";
import type { Session } from "../session.ts";
import { openFrom } from "./open-from.ts";

const gpu = await openTestGpu(openGpu);

const files = tinyFiles();
const prompt = promptOf(40);
const maxTokens = 14;
const slowMs = 900_000; // software compiles slowly, and tests may share the machine

/** Every backend that was opened. */
const opened: WebgpuBackend[] = [];
const backends = {
  cpu: openCpuBackend,
  async webgpu(...[given, options]: Parameters<typeof createWebgpuBackend>) {
    const rig = { adapter: testAdapter(), kvType: "f32", maxRows: 16 } as const;
    const backend = await createWebgpuBackend(given, { ...options, ...rig });
    opened.push(backend);
    return backend;
  },
};

/** Without a device each backend opens its own. */
const openOn = (device: GPUDevice | undefined): Promise<Model> =>
  openFrom(backends, files, { backend: "webgpu", ...(device && { device }) });
const liveBytes = (): number[] => opened.map(({ gpu }) => gpu.memory.liveBytes);

/** Greedy tokens; `onToken` sees how many there are. */
async function generate(
  session: Session,
  onToken: (count: number) => void = () => {},
): Promise<number[]> {
  const ids: number[] = [];
  for await (const { id } of session.generate(prompt, { maxTokens, temperature: 0 })) {
    ids.push(id);
    onToken(ids.length);
  }
  return ids;
}

describe("openFrom on a GPU", () => {
  test("replays a sequence whose device goes in the middle of it", {
    timeout: slowMs,
  }, async () => {
    const model = await openOn(undefined);
    const session = await model.createSession({ contextLength: 64, attention: { kind: "full" } });
    const attention = { kind: "sift", warmup: 4 } as const;
    const other = await model.createSession({ contextLength: 64, attention });
    const undisturbed = await generate(session);
    const sifted = await generate(other);
    const [lost] = opened;
    const destroy = (count: number): void => void (count === 5 && lost!.gpu.device.destroy());
    expect(await generate(session, destroy)).toEqual(undisturbed);
    expect(await generate(other)).toEqual(sifted); // a session that was idle when it happened
    expect(opened).toHaveLength(2);
    await model.dispose();
    expect(liveBytes()).toEqual([0, 0]);
  });

  test("models that come and go leave nothing on the device", { timeout: slowMs }, async () => {
    for (let cycle = 0; cycle < 3; cycle++) {
      const model = await openOn(gpu.device);
      await generate(await model.createSession({ contextLength: 64 }));
      const batch = await model.createBatch({ slots: 2, contextLength: 64 });
      batch.add(prompt, { maxTokens: 3 });
      await batch.step();
      expect(liveBytes().at(-1)).toBeGreaterThan(0);
      await model.dispose(); // with a sequence under way
      expect(new Set(liveBytes())).toEqual(new Set([0]));
    }
  });

  test("an abort of prompt or decode frees all but the session", { timeout: slowMs }, async () => {
    const model = await openOn(gpu.device);
    const session = await model.createSession({ contextLength: 64, attention: { kind: "full" } });
    const undisturbed = await generate(session);
    const bytes = liveBytes().at(-1);
    const abortWhere = async (where: "prompt" | "decode"): Promise<number> => {
      const abort = new AbortController();
      const { signal } = abort;
      const onPrefill = (): void => void (where === "prompt" && abort.abort());
      const other = promptOf(40, where.length);
      const generation = session.generate(other, { maxTokens, temperature: 0, signal, onPrefill });
      let tokens = 0;
      for (;;) {
        const next = await generation.next();
        if (next.done) {
          expect(next.value.finishReason).toBe("aborted");
          return tokens;
        }
        if (++tokens === 3) abort.abort();
      }
    };
    expect([await abortWhere("prompt"), await abortWhere("decode")]).toEqual([0, 3]);
    expect(liveBytes().at(-1)).toBe(bytes);
    expect(await generate(session)).toEqual(undisturbed);
    session.dispose();
    await model.dispose();
    expect(liveBytes().at(-1)).toBe(0);
  });

  test("an abort of loading leaves no buffer behind", { timeout: slowMs }, async () => {
    const buffers = watchBuffers(gpu.device);
    for (const item of ["model.norm.weight", "kernels of layer 2 of 2"]) {
      const abort = new AbortController();
      const opening = createWebgpuBackend(files, {
        ...{ device: gpu.device, kvType: "f32", maxRows: 16, signal: abort.signal },
        onProgress: (told: LoadProgress) => {
          if (told.item === item) abort.abort();
        },
      });
      await expect(opening).rejects.toMatchObject({ code: "aborted" });
      expect(buffers.created).toBeGreaterThan(0);
      expect(buffers.live).toBe(0);
    }
  });
});

/** Counts a device's buffers. */
function watchBuffers(device: GPUDevice): { created: number; live: number } {
  const counts = { created: 0, live: 0 };
  const create = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    const buffer = create(descriptor);
    const destroy = buffer.destroy.bind(buffer);
    let isLive = true;
    counts.created++;
    counts.live++;
    buffer.destroy = () => {
      if (isLive) counts.live--;
      isLive = false;
      return destroy();
    };
    return buffer;
  };
  return counts;
}
