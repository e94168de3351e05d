import { describe, expect, test } from "vitest";
import { findShape } from "./attention-shape.ts";
import { bufferSetCount } from "./buffer-set-count.ts";

const shape = findShape("llama-3.1-8b");
const limits = { cacheBytes: 60e6, memoryBytes: 12e9, bindingBytes: 2 ** 31 - 4 };

describe("bufferSetCount", () => {
  test("makes the keys of all sets exceed four caches", () => {
    const { sets } = bufferSetCount({ shape, batch: 1, context: 4096, kvType: "f16" }, limits);
    expect(sets! * 4096 * 2048).toBeGreaterThan(4 * 60e6);
    expect((sets! - 1) * 4096 * 2048).toBeLessThanOrEqual(4 * 60e6);
  });

  test("has two sets of keys that exceed the cache alone", () => {
    expect(bufferSetCount({ shape, batch: 1, context: 131072, kvType: "f16" }, limits)).toEqual({
      sets: 2,
    });
  });

  test("has no more than memory holds", () => {
    const tight = { ...limits, memoryBytes: 2 ** 30 };
    expect(bufferSetCount({ shape, batch: 1, context: 131072, kvType: "f16" }, tight)).toEqual({
      sets: 2,
    });
    const tighter = { ...limits, memoryBytes: 2 ** 30 - 1 };
    expect(bufferSetCount({ shape, batch: 1, context: 131072, kvType: "f16" }, tighter)).toEqual({
      sets: 1,
    });
  });

  test("says why a case does not fit", () => {
    expect(bufferSetCount({ shape, batch: 8, context: 131072, kvType: "f16" }, limits).reason).toBe(
      "keys of 2048 MiB exceed one binding (2147483644 bytes)",
    );
    const small = { ...limits, memoryBytes: 1e9 };
    expect(bufferSetCount({ shape, batch: 8, context: 65536, kvType: "f16" }, small).reason).toBe(
      "keys and values of 2048 MiB exceed --memory-gb",
    );
  });
});
