import { describe, expect, test } from "vitest";
import { DEFAULT_DECODE_SETTINGS } from "../decode-settings.ts";
import { decodeCaseName, decodeCases } from "./decode-case.ts";

describe("decodeCases", () => {
  test("begins with the longest context that fits, then 1,024, then the prefill", () => {
    const names = decodeCases(DEFAULT_DECODE_SETTINGS, 8192).map((each) =>
      decodeCaseName("m", each),
    );
    expect(names).toEqual([
      "m: decode, context 7900, batch 1",
      "m: decode, context 1024, batch 1",
      "m: prefill, context 2048",
      "m: decode, context 4096, batch 1",
      "m: decode, context 2048, batch 1",
      "m: decode, context 512, batch 1",
      "m: decode, context 1024, batch 4",
      "m: decode, context 1024, batch 16",
    ]);
  });

  test("has none for a model that is too short for all of them", () => {
    expect(decodeCases(DEFAULT_DECODE_SETTINGS, 512)).toEqual([]);
  });
});
