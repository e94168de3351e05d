import { describe, expect, test } from "vitest";
import { TENSOR_BLOCKS, type TensorFormat } from "./tensor-format.ts";
import golden from "./unpack.golden.json" with { type: "json" };
import { unpackRow } from "./unpack.ts";

function decode(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(text, "base64"));
}

describe("unpackRow", () => {
  for (const { format, count, bytes, numbers } of golden.cases) {
    const expected = new Float32Array(decode(numbers).buffer);

    test(`${format} agrees bit for bit with ${golden.tool}`, () => {
      const out = new Float32Array(count);
      unpackRow(format as TensorFormat, decode(bytes), 0, out, count);
      expect(new Uint32Array(out.buffer)).toEqual(new Uint32Array(expected.buffer));
    });

    test(`${format} reads from an offset and differs when one byte does`, () => {
      const stored = decode(bytes);
      const block = TENSOR_BLOCKS[format as TensorFormat];
      stored[block.bytes + 1]! ^= 0x15;
      const out = new Float32Array(block.numbers);
      unpackRow(format as TensorFormat, stored, block.bytes, out, block.numbers);
      expect([...out]).not.toEqual([...expected.subarray(block.numbers, 2 * block.numbers)]);
    });
  }

  test("f32 is copied", () => {
    const numbers = new Float32Array([0, -0, 1.5, Number.MAX_VALUE, 2 ** -149]);
    const out = new Float32Array(5);
    unpackRow("f32", new Uint8Array(numbers.buffer), 0, out, 5);
    expect([...out]).toEqual([...numbers]);
  });

  test("refuses half a block and bytes that end too early", () => {
    expect(() => unpackRow("q8_0", new Uint8Array(34), 0, new Float32Array(32), 16)).toThrow(
      RangeError,
    );
    expect(() => unpackRow("q8_0", new Uint8Array(33), 0, new Float32Array(32), 32)).toThrow(
      RangeError,
    );
  });
});
