import { describe, expect, test } from "vitest";
import { writeSafetensors } from "../../test/write-safetensors.ts";
import { createMemorySource } from "./memory-source.ts";
import { readSafetensors } from "./safetensors.ts";
import type { StoredTensor } from "./stored-tensor.ts";

const tensors = {
  a: { dtype: "F32", shape: [2, 3], bytes: new Uint8Array(24).fill(1) },
  b: { dtype: "BF16", shape: [4], bytes: new Uint8Array(8).fill(2) },
  ids: { dtype: "I64", shape: [1], bytes: new Uint8Array(8).fill(3) },
  empty: { dtype: "F16", shape: [0, 7], bytes: new Uint8Array(0) },
};

type Header = Record<string, { dtype: unknown; shape: unknown; data_offsets: number[] }>;

function read(edit: (header: Header) => void = () => {}): Promise<StoredTensor[]> {
  const file = writeSafetensors(tensors, (header) => edit(header as Header));
  return readSafetensors(createMemorySource("x.safetensors", file));
}

describe("readSafetensors", () => {
  test("lists tensors with type, shape and place", async () => {
    const [a, b, ids, empty] = await read();
    expect(a).toMatchObject({ name: "a", type: "f32", shape: [2, 3], byteLength: 24 });
    expect(b).toMatchObject({ type: "bf16", shape: [4], byteLength: 8 });
    expect(ids).toMatchObject({ type: { unsupported: "I64" } });
    expect(empty).toMatchObject({ byteLength: 0 });
    const bytes = new Uint8Array(8);
    await b!.source.readInto(bytes, b!.offset);
    expect([...bytes]).toEqual(new Array(8).fill(2));
  });

  test.each<[string, (header: Header) => void]>([
    ["a size that does not fit the shape", (header) => Object.assign(header.a!, { shape: [2, 4] })],
    ["a shape of fractions", (header) => Object.assign(header.a!, { shape: [1.5, 4] })],
    ["a negative size", (header) => Object.assign(header.a!, { shape: [-2, -3] })],
    ["a shape beyond numbers", (header) => Object.assign(header.a!, { shape: [2 ** 53, 2 ** 53] })],
    ["an unknown dtype", (header) => Object.assign(header.a!, { dtype: "F12" })],
    [
      "offsets past the end",
      (header) => Object.assign(header.b!, { data_offsets: [24 + 8, 40 + 8] }),
    ],
    [
      "offsets that run backwards",
      (header) => Object.assign(header.b!, { data_offsets: [32, 24] }),
    ],
  ])("refuses %s as bad-tensor", async (_, edit) => {
    await expect(read(edit)).rejects.toMatchObject({ code: "bad-tensor" });
  });

  test("refuses overlaps, gaps and bytes that belong to nobody", async () => {
    const overlap = read((header) => Object.assign(header.b!, { data_offsets: [20, 28] }));
    await expect(overlap).rejects.toMatchObject({ code: "bad-file" });
    const missing = read((header) => void delete header.b);
    await expect(missing).rejects.toMatchObject({ code: "bad-file" });
    const trailing = read((header) => void delete header.ids);
    await expect(trailing).rejects.toMatchObject({ code: "bad-file" });
  });

  test("refuses a header length that the file cannot hold", async () => {
    const file = writeSafetensors(tensors);
    for (const length of [0n, 1n, BigInt(file.length), 2n ** 63n]) {
      new DataView(file.buffer).setBigUint64(0, length, true);
      const source = createMemorySource("x.safetensors", file);
      await expect(readSafetensors(source)).rejects.toMatchObject({ code: "bad-file" });
    }
    const tiny = createMemorySource("x.safetensors", new Uint8Array(7));
    await expect(readSafetensors(tiny)).rejects.toMatchObject({ code: "bad-file" });
  });
});
