import { describe, expect, test } from "vitest";
import { findShape } from "./attention-shape.ts";
import { caseName, keysBytes, orderCases } from "./kernel-case.ts";

const llama = findShape("llama-3.1-8b");
const mha = findShape("mha-32x128");

describe("orderCases", () => {
  test("has batch 1 first, then the shapes in turn, long contexts first", () => {
    const names = orderCases([llama, mha], [8, 1], [1024, 65536]).map(caseName);
    expect(names).toEqual([
      "llama-3.1-8b, batch 1, context 65536",
      "llama-3.1-8b, batch 1, context 1024",
      "mha-32x128, batch 1, context 65536",
      "mha-32x128, batch 1, context 1024",
      "llama-3.1-8b, batch 8, context 65536",
      "llama-3.1-8b, batch 8, context 1024",
      "mha-32x128, batch 8, context 65536",
      "mha-32x128, batch 8, context 1024",
    ]);
  });
});

describe("keysBytes", () => {
  test("counts f16 keys of all sequences", () => {
    expect(keysBytes({ shape: llama, batch: 8, context: 131072 })).toBe(2 ** 31);
  });
});
