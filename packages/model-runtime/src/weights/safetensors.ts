import { ModelError } from "../model-error.ts";
import { type ByteSource, readBytes } from "./byte-source.ts";
import { isJsonObject, parseJsonObject } from "./json-file.ts";
import type { StoredTensor } from "./stored-tensor.ts";
import type { TensorFormat } from "./tensor-format.ts";

/** The format's own limit on its header. */
const LARGEST_HEADER_BYTES = 100_000_000;

const FORMATS: Readonly<Record<string, TensorFormat>> = { F32: "f32", F16: "f16", BF16: "bf16" };

/** Bits per number of every type that the format knows. */
const TYPE_BITS: Readonly<Record<string, number>> = {
  BOOL: 8,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
};

/**
 * The tensors of a safetensors file: eight bytes of header length, a JSON header, then the data, which the tensors
 * cover without gap or overlap.
 * @throws ModelError "bad-file" for a header that does not hold together, "bad-tensor" for an entry that does not fit,
 * "aborted".
 */
export async function readSafetensors(
  source: ByteSource,
  signal?: AbortSignal,
): Promise<StoredTensor[]> {
  const headerBytes = await readHeaderLength(source, signal);
  const text = decodeHeader(source.name, await readBytes(source, 8, headerBytes, signal));
  const header = parseJsonObject(`${source.name}: header`, text);
  const dataStart = 8 + headerBytes;
  const tensors = Object.entries(header)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, entry]) => readEntry(source, dataStart, name, entry));
  expectNoGaps(source, dataStart, tensors);
  return tensors;
}

async function readHeaderLength(source: ByteSource, signal?: AbortSignal): Promise<number> {
  const length = new DataView((await readBytes(source, 0, 8, signal)).buffer).getBigUint64(0, true);
  const limit = Math.min(LARGEST_HEADER_BYTES, source.byteLength - 8);
  if (length < 2n || length > BigInt(limit)) {
    const message = `${source.name}: expected a header of 2 to ${limit} bytes, got ${length}`;
    throw new ModelError("bad-file", message);
  }
  return Number(length);
}

function decodeHeader(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ModelError("bad-file", `${name}: expected a header in UTF-8`, { cause });
  }
}

function readEntry(
  source: ByteSource,
  dataStart: number,
  name: string,
  entry: unknown,
): StoredTensor {
  const where = `${source.name}: ${name}`;
  if (!isJsonObject(entry)) throw new ModelError("bad-tensor", `${where}: expected an object`);
  const { dtype, shape, data_offsets: range } = entry;
  const bits = typeof dtype === "string" ? TYPE_BITS[dtype] : undefined;
  if (typeof dtype !== "string" || bits === undefined) {
    throw new ModelError("bad-tensor", `${where}: dtype ${JSON.stringify(dtype)} is not known`);
  }
  if (!isCountList(shape)) throw badEntry(where, "shape", "sizes", shape);
  if (!isCountList(range) || range.length !== 2)
    throw badEntry(where, "data_offsets", "two", range);
  const [begin, end] = range as [number, number];
  const expected = (shape.reduce((product, size) => product * size, 1) * bits) / 8;
  if (end - begin !== expected || dataStart + end > source.byteLength) {
    const room = source.byteLength - dataStart;
    const message = `${where}: expected ${expected} bytes inside [0, ${room}), got [${begin}, ${end})`;
    throw new ModelError("bad-tensor", message);
  }
  const type = FORMATS[dtype] ?? { unsupported: dtype };
  return { name, type, shape, source, offset: dataStart + begin, byteLength: expected };
}

function isCountList(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function badEntry(where: string, field: string, expected: string, got: unknown): ModelError {
  const text = JSON.stringify(got)?.slice(0, 80);
  return new ModelError(
    "bad-tensor",
    `${where}: ${field}: expected ${expected} as integers from 0, got ${text}`,
  );
}

function expectNoGaps(
  source: ByteSource,
  dataStart: number,
  tensors: readonly StoredTensor[],
): void {
  let position = dataStart;
  for (const { name, offset, byteLength } of tensors.toSorted(
    (a, b) => a.offset - b.offset || a.byteLength - b.byteLength,
  )) {
    if (offset !== position) {
      const message = `${source.name}: ${name}: expected to start at byte ${position}, got ${offset}`;
      throw new ModelError("bad-file", message);
    }
    position += byteLength;
  }
  if (position !== source.byteLength) {
    const message = `${source.name}: expected ${position} bytes as its tensors end there, got ${source.byteLength}`;
    throw new ModelError("bad-file", message);
  }
}
