import { describe, expect, test } from "vitest";
import { type GgufInput, writeGguf } from "../../test/write-gguf.ts";
import { createByteSource } from "./byte-source.ts";
import { type GgufHeader, readGgufHeader } from "./gguf-header.ts";
import { locateGgufTensors } from "./gguf-tensors.ts";
import { createMemorySource } from "./memory-source.ts";

const metadata: Record<string, GgufInput> = {
  small: ["i32", -7],
  large: ["u64", 2 ** 40],
  ratio: ["f32", 0.5],
  on: ["flag", true],
  name: ["text", "\ufeffnaïve"],
  list: ["texts", ["a", "", "ü"]],
  scores: ["f32s", [1, -1]],
  kinds: ["i32s", [3, -3]],
};
const tensors = {
  first: { type: 0, shape: [2, 3], bytes: new Uint8Array(24).fill(1) },
  second: { type: 2, shape: [1, 32], bytes: new Uint8Array(18).fill(2) },
};

function read(file: Uint8Array): Promise<GgufHeader> {
  return readGgufHeader(createMemorySource("x.gguf", file));
}

/** The file with a number written over it. */
function edited(at: number, value: number): Uint8Array {
  const file = writeGguf(metadata, tensors);
  new DataView(file.buffer).setUint32(at, value, true);
  return file;
}

describe("readGgufHeader", () => {
  test.each([2, 3])("reads every kind of value, version %i", async (version) => {
    const header = await read(writeGguf(metadata, tensors, version));
    expect(Object.fromEntries(header.metadata)).toEqual({
      small: -7,
      large: 2 ** 40,
      ratio: 0.5,
      on: true,
      name: "\ufeffnaïve",
      list: ["a", "", "ü"],
      scores: Float32Array.of(1, -1),
      kinds: Int32Array.of(3, -3),
    });
    expect(header.tensors.map(({ name }) => name)).toEqual(["first", "second"]);
  });

  test("reads on when the header is longer than the first read", async () => {
    const words = Array.from({ length: 180_000 }, (_, i) => `token number ${i}`);
    const file = writeGguf({ words: ["texts", words] }, tensors);
    let bytesRead = 0;
    const source = createByteSource("x.gguf", file.length, async (target, offset) => {
      bytesRead += target.length;
      target.set(file.subarray(offset, offset + target.length));
      return target.length;
    });
    const header = await readGgufHeader(source);
    expect((header.metadata.get("words") as string[]).at(-1)).toBe("token number 179999");
    expect(bytesRead).toBeLessThan(2 * file.length);
  });

  test("refuses every cut of a file inside its header", async () => {
    const file = writeGguf(metadata, tensors);
    const { byteLength } = await read(file);
    for (let length = 0; length < byteLength; length++) {
      await expect(read(file.subarray(0, length))).rejects.toMatchObject({ code: "bad-file" });
    }
  });

  test("refuses another magic, version or byte order", async () => {
    await expect(read(edited(0, 0x46554748))).rejects.toMatchObject({ code: "bad-file" });
    await expect(read(edited(4, 1))).rejects.toMatchObject({ code: "unsupported-format" });
    await expect(read(edited(4, 0x03000000))).rejects.toMatchObject({
      code: "unsupported-format",
      message: expect.stringContaining("big-endian"),
    });
  });

  test("refuses counts that the file cannot hold, without making room for them", async () => {
    for (const at of [8, 16, 24]) {
      await expect(read(edited(at, 0x7fffffff))).rejects.toMatchObject({ code: "bad-file" });
    }
  });

  test("a count that only a file of terabytes could hold takes no memory", async () => {
    const file = writeGguf({ kinds: ["i32s", [3, -3]] }, {});
    const at = file.indexOf(9, 24 + 8 + "kinds".length) + 8;
    new DataView(file.buffer).setBigUint64(at, 2n ** 40n, true);
    const source = createByteSource("x.gguf", 2 ** 44, async (target, offset) => {
      if (offset === 0) target.set(file);
      return target.length;
    });
    await expect(readGgufHeader(source)).rejects.toMatchObject({ code: "bad-file" });
  });
});

describe("locateGgufTensors", () => {
  async function locate(file: Uint8Array): Promise<ReturnType<typeof locateGgufTensors>> {
    const source = createMemorySource("x.gguf", file);
    return locateGgufTensors(source, await readGgufHeader(source));
  }

  test("finds every tensor's bytes, rows first", async () => {
    const located = await locate(writeGguf(metadata, tensors));
    const second = located.get("second")!;
    expect(located.get("first")).toMatchObject({ type: "f32", shape: [2, 3], byteLength: 24 });
    expect(second).toMatchObject({ type: "q4_0", shape: [1, 32], byteLength: 18 });
    const bytes = new Uint8Array(18);
    await second.source.readInto(bytes, second.offset);
    expect([...bytes]).toEqual(new Array(18).fill(2));
  });

  test("refuses data past the end, half blocks and odd alignments", async () => {
    const cut = writeGguf(metadata, tensors).slice(0, -32);
    await expect(locate(cut)).rejects.toMatchObject({ code: "bad-tensor" });
    const half = { second: { ...tensors.second, shape: [2, 16] } };
    await expect(locate(writeGguf(metadata, half))).rejects.toMatchObject({ code: "bad-tensor" });
    const odd = writeGguf({ "general.alignment": ["u32", 12] }, tensors);
    await expect(locate(odd)).rejects.toMatchObject({ code: "bad-file" });
  });
});
