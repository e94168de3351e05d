import { describe, expect, test } from "vitest";
import { deriveTensor, storedShape } from "./derive-tensor.ts";
import type { ExpectedTensor, StoredPlace } from "./families/model-family.ts";
import { createMemorySource } from "./memory-source.ts";
import type { WeightTensor } from "./model-files.ts";
import type { StoredTensor } from "./stored-tensor.ts";
import { TENSOR_BLOCKS, type TensorFormat } from "./tensor-format.ts";

/** Numbers 0, 1, 2, … behind 8 other bytes. */
function store(shape: readonly number[], type: TensorFormat = "f32"): StoredTensor {
  const count = shape.reduce((product, size) => product * size, 1);
  const { numbers, bytes } = TENSOR_BLOCKS[type];
  const byteLength = (count / numbers) * bytes;
  const file = new Uint8Array(8 + byteLength);
  if (type === "f32")
    new Float32Array(file.buffer, 8).set(Array.from({ length: count }, (_, i) => i));
  else for (let i = 0; i < byteLength; i++) file[8 + i] = i;
  const source = createMemorySource("file", file);
  return { name: "stored", type, shape, source, offset: 8, byteLength };
}

function derive(shape: readonly number[], place: Omit<StoredPlace, "name">, type?: TensorFormat) {
  const own = { name: "stored", ...place };
  const expected: ExpectedTensor = { name: "mine", shape, huggingFace: own, gguf: own };
  return deriveTensor(expected, own, store(storedShape(shape, own), type));
}

async function read(tensor: WeightTensor): Promise<Uint8Array> {
  const bytes = new Uint8Array(tensor.byteLength);
  await tensor.readInto(bytes);
  return bytes;
}

const floats = async (tensor: WeightTensor): Promise<number[]> => [
  ...new Float32Array((await read(tensor)).buffer),
];

describe("deriveTensor", () => {
  test("takes a tensor as it is under its own name", async () => {
    const tensor = derive([2, 3], {});
    expect(tensor).toMatchObject({ name: "mine", format: "f32", shape: [2, 3], byteLength: 24 });
    expect(await floats(tensor)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("cuts rows out of a matrix and numbers out of a vector", async () => {
    expect(await floats(derive([2, 3], { part: { first: 2, of: 6 } }))).toEqual([
      6, 7, 8, 9, 10, 11,
    ]);
    expect(await floats(derive([2], { part: { first: 4, of: 6 } }))).toEqual([4, 5]);
  });

  test("cuts rows of packed blocks", async () => {
    const tensor = derive([1, 64], { part: { first: 2, of: 3 } }, "q8_0");
    expect([...(await read(tensor))]).toEqual(Array.from({ length: 68 }, (_, i) => 136 + i));
  });

  test("turns a matrix, and rows of one", async () => {
    expect(await floats(derive([2, 3], { transposed: true }))).toEqual([0, 2, 4, 1, 3, 5]);
    const part = { first: 2, of: 4 };
    expect(await floats(derive([2, 3], { transposed: true, part }))).toEqual([2, 6, 10, 3, 7, 11]);
  });

  test("turns a matrix of more than a piece", async () => {
    const [rows, columns] = [700, 600];
    const numbers = await floats(derive([rows, columns], { transposed: true }));
    const isRight = numbers.every(
      (number, at) => number === (at % columns) * rows + Math.floor(at / columns),
    );
    expect(isRight).toBe(true);
  });

  test("adds the one that is left out, as f32", async () => {
    expect(await floats(derive([3], { lessOne: true }))).toEqual([1, 2, 3]);
    const half = derive([2], { lessOne: true }, "f16");
    expect(half).toMatchObject({ format: "f32", byteLength: 8 });
  });

  test.each<[string, Omit<StoredPlace, "name">]>([
    ["a part", { part: { first: 1, of: 9 } }],
    ["a transpose", { transposed: true }],
  ])("reads any range of %s", async (_, place) => {
    const tensor = derive([5, 4], place);
    const whole = await read(tensor);
    for (const [from, to] of [
      [0, 80],
      [16, 48],
      [4, 20],
      [36, 37],
    ] as const) {
      const range = new Uint8Array(to - from);
      await tensor.readRange(range, from);
      expect(range).toEqual(whole.subarray(from, to));
    }
    await expect(tensor.readRange(new Uint8Array(4), 77)).rejects.toThrow("inside its 80 bytes");
    await expect(tensor.readInto(new Uint8Array(4))).rejects.toThrow("target of 80 bytes");
  });

  test("refuses to turn packed blocks", () => {
    expect(() => derive([32, 32], { transposed: true }, "q8_0")).toThrow(
      expect.objectContaining({ code: "unsupported-format" }),
    );
  });
});
