import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createSha256 } from "./sha256.ts";

const expected = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

describe("createSha256", () => {
  test.each([0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 100_000])("agrees on %i bytes", (length) => {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 197) >>> 3);
    const digest = createSha256();
    digest.update(bytes);
    expect(digest.hex()).toBe(expected(bytes));
  });

  test("does not depend on where the bytes are cut", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 }), (pieces) => {
        const digest = createSha256();
        for (const piece of pieces) digest.update(piece);
        return digest.hex() === expected(Buffer.concat(pieces));
      }),
    );
  });

  test("tells a flipped bit", () => {
    const bytes = new Uint8Array(1000);
    const digest = createSha256();
    digest.update(bytes.map((byte, i) => (i === 999 ? byte ^ 1 : byte)));
    expect(digest.hex()).not.toBe(expected(bytes));
  });
});
