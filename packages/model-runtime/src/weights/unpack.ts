import { decodeBf16 } from "@sift-attention/tensor";
import { halfToFloat } from "./half-float.ts";
import { TENSOR_BLOCKS, type TensorFormat } from "./tensor-format.ts";
import { unpackQ4K, unpackQ6K } from "./unpack-superblock.ts";

/** Unpacks one block of a format: bytes at `offset` to numbers at `out[at …]`. */
export type UnpackBlock = (bytes: DataView, offset: number, out: Float32Array, at: number) => void;

const unpackBlock: Readonly<Record<TensorFormat, UnpackBlock>> = {
  f32: (bytes, offset, out, at) => {
    out[at] = bytes.getFloat32(offset, true);
  },
  f16: (bytes, offset, out, at) => {
    out[at] = halfToFloat(bytes.getUint16(offset, true));
  },
  bf16: (bytes, offset, out, at) => {
    out[at] = decodeBf16(bytes.getUint16(offset, true));
  },
  q8_0: (bytes, offset, out, at) => {
    const scale = halfToFloat(bytes.getUint16(offset, true));
    for (let i = 0; i < 32; i++) out[at + i] = scale * bytes.getInt8(offset + 2 + i);
  },
  q4_0: (bytes, offset, out, at) => {
    const scale = halfToFloat(bytes.getUint16(offset, true));
    for (let i = 0; i < 16; i++) {
      const pair = bytes.getUint8(offset + 2 + i);
      out[at + i] = scale * ((pair & 15) - 8);
      out[at + i + 16] = scale * ((pair >> 4) - 8);
    }
  },
  q4_1: (bytes, offset, out, at) => {
    const scale = halfToFloat(bytes.getUint16(offset, true));
    const minimum = halfToFloat(bytes.getUint16(offset + 2, true));
    for (let i = 0; i < 16; i++) {
      const pair = bytes.getUint8(offset + 4 + i);
      out[at + i] = scale * (pair & 15) + minimum;
      out[at + i + 16] = scale * (pair >> 4) + minimum;
    }
  },
  q5_0: (bytes, offset, out, at) => {
    const scale = halfToFloat(bytes.getUint16(offset, true));
    const fifthBits = bytes.getUint32(offset + 2, true);
    for (let i = 0; i < 16; i++) {
      const pair = bytes.getUint8(offset + 6 + i);
      out[at + i] = scale * ((pair & 15) + 16 * ((fifthBits >>> i) & 1) - 16);
      out[at + i + 16] = scale * ((pair >> 4) + 16 * ((fifthBits >>> (i + 16)) & 1) - 16);
    }
  },
  q4_k: unpackQ4K,
  q6_k: unpackQ6K,
};

/**
 * Unpacks `count` consecutive numbers of a tensor: bytes from `offset` on to `out[0 … count − 1]`. `count` is a whole
 * number of blocks. The layouts are those of ggml's block structs; every format is exact in float32 arithmetic.
 * @throws RangeError when count is not whole blocks, or the bytes or `out` end too early.
 */
export function unpackRow(
  format: TensorFormat,
  bytes: Uint8Array,
  offset: number,
  out: Float32Array,
  count: number,
): void {
  const block = TENSOR_BLOCKS[format];
  const blocks = count / block.numbers;
  if (!Number.isInteger(blocks) || out.length < count) {
    throw new RangeError(`count: expected whole blocks up to ${out.length} numbers, got ${count}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const unpack = unpackBlock[format];
  for (let i = 0; i < blocks; i++) unpack(view, offset + i * block.bytes, out, i * block.numbers);
}
