import { type ByteSource, createByteSource } from "./byte-source.ts";

/** A Blob or a File that the user picked in a browser; pieces are read on demand. */
export function createBlobSource(name: string, blob: Blob): ByteSource {
  return createByteSource(name, blob.size, async (target, offset) => {
    const piece = await blob.slice(offset, offset + target.byteLength).arrayBuffer();
    target.set(new Uint8Array(piece));
    return piece.byteLength;
  });
}
