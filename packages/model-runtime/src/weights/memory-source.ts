import { type ByteSource, createByteSource } from "./byte-source.ts";

/** Bytes that are in memory already. They are not copied and must not change while the model opens. */
export function createMemorySource(name: string, bytes: Uint8Array): ByteSource {
  return createByteSource(name, bytes.byteLength, async (target, offset) => {
    target.set(bytes.subarray(offset, offset + target.byteLength));
    return target.byteLength;
  });
}
