import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createBlobSource } from "./blob-source.ts";
import { type ByteSource, createByteSource, readBytes, SLICE_BYTES } from "./byte-source.ts";
import { openFileSource } from "./file-source.node.ts";
import { createMemorySource } from "./memory-source.ts";

const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i * 7);
const folder = mkdtempSync(join(tmpdir(), "sift-source-"));
const path = join(folder, "bytes.bin");

beforeAll(() => writeFileSync(path, bytes));
afterAll(() => rmSync(folder, { recursive: true }));

const SOURCES: Record<string, () => Promise<ByteSource>> = {
  memory: async () => createMemorySource("memory", bytes),
  Blob: async () => createBlobSource("blob", new Blob([bytes])),
  file: () => openFileSource(path),
};

describe.each(Object.entries(SOURCES))("ByteSource over %s", (_, open) => {
  test("reads a range into shared memory", async () => {
    const source = await open();
    const target = new Uint8Array(new SharedArrayBuffer(300));
    await source.readInto(target, 700);
    expect(source.byteLength).toBe(1000);
    expect([...target]).toEqual([...bytes.subarray(700)]);
    await source.close();
  });

  test("refuses a range outside the file", async () => {
    const source = await open();
    for (const [offset, length] of [
      [701, 300],
      [-1, 5],
      [1001, 0],
    ] as const) {
      await expect(readBytes(source, offset, length)).rejects.toMatchObject({ code: "bad-file" });
    }
    await source.close();
  });

  test("stops when the signal has fired", async () => {
    const source = await open();
    const read = readBytes(source, 0, 10, AbortSignal.abort());
    await expect(read).rejects.toMatchObject({ code: "aborted" });
    await source.close();
  });
});

describe("createByteSource", () => {
  test("reads at most SLICE_BYTES at a time and looks at the signal in between", async () => {
    const asked: number[] = [];
    const controller = new AbortController();
    const source = createByteSource("large", 4 * SLICE_BYTES, async (target) => {
      asked.push(target.byteLength);
      if (asked.length === 2) controller.abort();
      return target.byteLength;
    });
    const read = source.readInto(new Uint8Array(3 * SLICE_BYTES), 0, controller.signal);
    await expect(read).rejects.toMatchObject({ code: "aborted" });
    expect(asked).toEqual([SLICE_BYTES, SLICE_BYTES]);
  });

  test("says when a file has become shorter, or cannot be read", async () => {
    const short = createByteSource("short", 10, async (_, offset) => (offset === 0 ? 4 : 0));
    await expect(readBytes(short, 0, 10)).rejects.toMatchObject({
      code: "bad-file",
      message: "short: ends at 4",
    });
    const broken = createByteSource("broken", 10, () => Promise.reject(new Error("EIO")));
    await expect(readBytes(broken, 0, 10)).rejects.toMatchObject({ code: "bad-file" });
  });
});

describe("openFileSource", () => {
  test("names a file that is not there, or is a folder", async () => {
    await expect(openFileSource(join(folder, "none"))).rejects.toMatchObject({
      code: "missing-file",
    });
    await expect(openFileSource(folder)).rejects.toMatchObject({ code: "bad-file" });
  });
});
