import { openGpu } from "@sift-attention/gpu";
import { openTestGpu } from "@sift-attention/testing/test-gpu";
import { describe, expect, test } from "vitest";
import { type Readback, ReadbackRing } from "./readback-ring.ts";

const gpu = await openTestGpu(openGpu);
const source = gpu.createBuffer({ label: "source", dtype: "u32", shape: [4], usage: "storage" });
gpu.write(source, Uint32Array.of(1, 2, 3, 4));

async function readThrough(ring: ReadbackRing): Promise<Readback> {
  const readback = await ring.acquire();
  gpu.submit((encoder) => {
    readback.copy(encoder, source, 16);
  });
  return readback;
}

describe("ReadbackRing", () => {
  test("a buffer whose bytes could not be read serves the next step", async () => {
    const ring = new ReadbackRing(gpu, { entries: 1, entryBytes: 16 });
    const refused = await readThrough(ring);
    const refuse = (): never => {
      throw new Error("no number");
    };
    await expect(refused.take(refuse)).rejects.toThrow("no number");
    const next = await readThrough(ring);
    expect(await next.take((bytes) => [...new Uint32Array(bytes)])).toEqual([1, 2, 3, 4]);
    ring.dispose();
  });
});
