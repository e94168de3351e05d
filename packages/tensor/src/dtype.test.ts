import { describe, expect, test } from "vitest";
import { byteLength, bytesPerElement, isDType } from "./dtype.ts";

describe("byteLength", () => {
  test("is the count of numbers times their width", () => {
    expect(byteLength("f16", [8, 512, 64])).toBe(524288);
    expect(byteLength("f64", [])).toBe(8);
    expect(byteLength("u8", [0, 4])).toBe(0);
  });
});

describe("bytesPerElement", () => {
  test("agrees with the width in the name", () => {
    for (const [dtype, bytes] of Object.entries(bytesPerElement)) {
      expect(Number(dtype.replace(/^\D+/, "")) / 8).toBe(bytes);
    }
  });
});

describe("isDType", () => {
  test("knows the names and nothing that objects inherit", () => {
    expect(isDType("bf16")).toBe(true);
    expect(isDType("F32")).toBe(false);
    expect(isDType("constructor")).toBe(false);
  });
});
