import { TENSOR_BLOCKS, type TensorFormat } from "../weights/tensor-format.ts";

/** Writes `columns` numbers that are stored at `offset` of `bytes` to `out` from its start. */
type UnpackRow = (bytes: DataView, offset: number, columns: number, out: Float32Array) => void;

let halves: Float32Array | undefined;

/** The value of every f16 by its bits: [65536]. */
function halfValues(): Float32Array {
  halves ??= Float32Array.from({ length: 65_536 }, (_, bits) => halfValue(bits));
  return halves;
}

function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const unpackers: Readonly<Record<TensorFormat, UnpackRow>> = {
  f32(bytes, offset, columns, out) {
    for (let i = 0; i < columns; i++) out[i] = bytes.getFloat32(offset + 4 * i, true);
  },
  f16(bytes, offset, columns, out) {
    const half = halfValues();
    for (let i = 0; i < columns; i++) out[i] = half[bytes.getUint16(offset + 2 * i, true)]!;
  },
  bf16(bytes, offset, columns, out) {
    const bits = new Uint32Array(out.buffer, out.byteOffset, columns);
    for (let i = 0; i < columns; i++) bits[i] = bytes.getUint16(offset + 2 * i, true) << 16;
  },
  q8_0(bytes, offset, columns, out) {
    const half = halfValues();
    for (let i = 0, block = offset; i < columns; i += 32, block += 34) {
      const scale = half[bytes.getUint16(block, true)]!;
      for (let j = 0; j < 32; j++) out[i + j] = scale * bytes.getInt8(block + 2 + j);
    }
  },
  q4_0(bytes, offset, columns, out) {
    const half = halfValues();
    for (let i = 0, block = offset; i < columns; i += 32, block += 18) {
      const scale = half[bytes.getUint16(block, true)]!;
      for (let j = 0; j < 16; j++) {
        const pair = bytes.getUint8(block + 2 + j);
        out[i + j] = scale * ((pair & 15) - 8);
        out[i + j + 16] = scale * ((pair >> 4) - 8);
      }
    }
  },
  q4_1(bytes, offset, columns, out) {
    const half = halfValues();
    for (let i = 0, block = offset; i < columns; i += 32, block += 20) {
      const scale = half[bytes.getUint16(block, true)]!;
      const minimum = half[bytes.getUint16(block + 2, true)]!;
      for (let j = 0; j < 16; j++) {
        const pair = bytes.getUint8(block + 4 + j);
        out[i + j] = scale * (pair & 15) + minimum;
        out[i + j + 16] = scale * (pair >> 4) + minimum;
      }
    }
  },
  q4_k(bytes, offset, columns, out) {
    const half = halfValues();
    for (let i = 0, block = offset; i < columns; i += 256, block += 144) {
      const scale = half[bytes.getUint16(block, true)]!;
      const minimum = half[bytes.getUint16(block + 2, true)]!;
      for (let group = 0; group < 8; group++) {
        const groupScale = scale * scaleOfGroup(bytes, block + 4, group);
        const groupMinimum = minimum * minimumOfGroup(bytes, block + 4, group);
        const quants = block + 16 + (group >> 1) * 32;
        const shift = (group & 1) * 4;
        for (let j = 0; j < 32; j++) {
          const quant = (bytes.getUint8(quants + j) >> shift) & 15;
          out[i + 32 * group + j] = groupScale * quant - groupMinimum;
        }
      }
    }
  },
  q6_k(bytes, offset, columns, out) {
    const half = halfValues();
    for (let i = 0, block = offset; i < columns; i += 256, block += 210) {
      const scale = half[bytes.getUint16(block + 208, true)]!;
      for (let j = 0; j < 256; j++) {
        const side = j >> 7;
        const quarter = (j >> 5) & 3;
        const low = bytes.getUint8(block + 64 * side + (j & 31) + 32 * (quarter & 1));
        const high = bytes.getUint8(block + 128 + 32 * side + (j & 31));
        const quant = ((low >> (4 * (quarter >> 1))) & 15) | (((high >> (2 * quarter)) & 3) << 4);
        out[i + j] = scale * bytes.getInt8(block + 192 + (j >> 4)) * (quant - 32);
      }
    }
  },
};

/** q4_k packs eight 6-bit scales and eight 6-bit minima into twelve bytes at `scales`. */
function scaleOfGroup(bytes: DataView, scales: number, group: number): number {
  if (group < 4) return bytes.getUint8(scales + group) & 63;
  const low = bytes.getUint8(scales + group + 4) & 15;
  return low | ((bytes.getUint8(scales + group - 4) >> 6) << 4);
}

function minimumOfGroup(bytes: DataView, scales: number, group: number): number {
  if (group < 4) return bytes.getUint8(scales + group + 4) & 63;
  const low = bytes.getUint8(scales + group + 4) >> 4;
  return low | ((bytes.getUint8(scales + group) >> 6) << 4);
}

/** Bytes of a row of `columns` numbers. */
export function rowBytes(format: TensorFormat, columns: number): number {
  const block = TENSOR_BLOCKS[format];
  return (columns / block.numbers) * block.bytes;
}

/** Makes a reader of single rows of a packed matrix as f32. */
export function createRowReader(
  bytes: Uint8Array,
  format: TensorFormat,
  columns: number,
): (row: number, out: Float32Array) => void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stride = rowBytes(format, columns);
  const unpack = unpackers[format];
  return (row, out) => unpack(view, row * stride, columns, out);
}
