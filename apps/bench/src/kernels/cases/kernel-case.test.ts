import { describe, expect, test } from "vitest";
import { findShape } from "./attention-shape.ts";
import { caseName, findKvType, keysBytes, orderCases, scalesBytes } from "./kernel-case.ts";

const llama = findShape("llama-3.1-8b");
const mha = findShape("mha-32x128");

describe("orderCases", () => {
  test("has batch 1 first, then the shapes in turn, long contexts first", () => {
    const names = orderCases([llama, mha], [8, 1], [1024, 65536], "f16").map(caseName);
    expect(names).toEqual([
      "llama-3.1-8b, f16, batch 1, context 65536",
      "llama-3.1-8b, f16, batch 1, context 1024",
      "mha-32x128, f16, batch 1, context 65536",
      "mha-32x128, f16, batch 1, context 1024",
      "llama-3.1-8b, f16, batch 8, context 65536",
      "llama-3.1-8b, f16, batch 8, context 1024",
      "mha-32x128, f16, batch 8, context 65536",
      "mha-32x128, f16, batch 8, context 1024",
    ]);
  });
});

describe("keysBytes", () => {
  test("counts f16 keys of all sequences", () => {
    expect(keysBytes({ shape: llama, batch: 8, context: 131072, kvType: "f16" })).toBe(2 ** 31);
  });
});

describe("scalesBytes", () => {
  test("counts a scale for each row of whole numbers, and none for halves", () => {
    const each = { shape: llama, batch: 2, context: 1024 };
    expect(scalesBytes({ ...each, kvType: "i8" })).toBe(2 * 8 * 1024 * 4);
    expect(scalesBytes({ ...each, kvType: "f16" })).toBe(0);
  });
});

describe("findKvType", () => {
  test("names the types there are", () => {
    expect(findKvType("i8")).toBe("i8");
    expect(() => findKvType("f64")).toThrow("--kv: expected f16 or i8, got f64");
  });
});
