import { ModelError } from "../model-error.ts";
import { type ByteSource, readBytes } from "./byte-source.ts";
import { EndOfBuffer, GgufCursor } from "./gguf-cursor.ts";

/** What a metadata key can hold. 64-bit integers past the safe ones lose precision. */
export type GgufValue =
  | number
  | string
  | boolean
  | readonly string[]
  | readonly boolean[]
  | Int32Array
  | Float32Array
  | Float64Array;

/** One tensor as the header lists it. */
export interface GgufTensorInfo {
  readonly name: string;
  /** As stored: the row length comes first. */
  readonly dimensions: readonly number[];
  /** ggml's number of the type. */
  readonly type: number;
  /** From the start of the data. */
  readonly offset: number;
}

export interface GgufHeader {
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: readonly GgufTensorInfo[];
  /** Bytes up to the end of the last tensor's entry. */
  readonly byteLength: number;
}

/** The first read; headers with a vocabulary have some megabytes. */
const FIRST_READ_BYTES = 4 * 1024 * 1024;

/** The header of the largest vocabularies has about 30 MB. */
const LARGEST_HEADER_BYTES = 512 * 1024 * 1024;

/**
 * Reads the header of a GGUF file, version 2 or 3, little-endian: counts, metadata and the list of tensors. Every
 * length is held against the file's size before anything is allocated for it.
 * @throws ModelError "bad-file", "unsupported-format" for another version or byte order, "aborted".
 */
export async function readGgufHeader(
  source: ByteSource,
  signal?: AbortSignal,
): Promise<GgufHeader> {
  const most = Math.min(source.byteLength, LARGEST_HEADER_BYTES);
  for (let size = Math.min(most, FIRST_READ_BYTES); ; size = Math.min(most, size * 4)) {
    const bytes = await readBytes(source, 0, size, signal);
    try {
      return parseHeader(new GgufCursor(source.name, bytes, source.byteLength));
    } catch (error) {
      if (!(error instanceof EndOfBuffer)) throw error;
      if (size === most) {
        throw new ModelError(
          "bad-file",
          `${source.name}: the header does not end within ${most} bytes`,
        );
      }
    }
  }
}

function parseHeader(cursor: GgufCursor): GgufHeader {
  expectVersion(cursor);
  // An entry has at least a name length, a type and one byte, or a name length, sizes, a type and an offset.
  const tensorCount = cursor.count(24);
  const keyCount = cursor.count(13);
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < keyCount; i++) {
    const key = cursor.text();
    if (metadata.has(key)) throw cursor.refuse(`${key}: is there twice`);
    metadata.set(key, readValue(cursor, key));
  }
  const tensors = Array.from({ length: tensorCount }, () => readTensorInfo(cursor));
  return { metadata, tensors, byteLength: cursor.position };
}

function expectVersion(cursor: GgufCursor): void {
  // "GGUF" as a little-endian number.
  if (cursor.u32() !== 0x46554747) throw cursor.refuse("expected a GGUF file");
  const version = cursor.u32();
  if (version === 2 || version === 3) return;
  const swapped = (version & 0xffff) === 0;
  const got = swapped ? "a big-endian file" : `version ${version}`;
  throw new ModelError(
    "unsupported-format",
    `${cursor.name}: expected little-endian GGUF version 2 or 3, got ${got}`,
  );
}

function readTensorInfo(cursor: GgufCursor): GgufTensorInfo {
  const name = cursor.text();
  const rank = cursor.u32();
  if (rank < 1 || rank > 4) throw cursor.refuse(`${name}: expected 1 to 4 dimensions, got ${rank}`);
  const dimensions = Array.from({ length: rank }, () => cursor.safeU64(name));
  return { name, dimensions, type: cursor.u32(), offset: cursor.safeU64(name) };
}

const ARRAY = 9;

function readValue(cursor: GgufCursor, key: string): GgufValue {
  const type = cursor.u32();
  return type === ARRAY ? readArray(cursor, key) : readScalar(cursor, key, type);
}

function readScalar(cursor: GgufCursor, key: string, type: number): number | string | boolean {
  switch (type) {
    case 0:
      return cursor.u8();
    case 1:
      return (cursor.u8() << 24) >> 24;
    case 2:
      return cursor.u16();
    case 3:
      return (cursor.u16() << 16) >> 16;
    case 4:
      return cursor.u32();
    case 5:
      return cursor.u32() | 0;
    case 6:
      return cursor.f32();
    case 7:
      return readFlag(cursor, key);
    case 8:
      return cursor.text();
    case 10:
      return Number(cursor.u64());
    case 11:
      return Number(BigInt.asIntN(64, cursor.u64()));
    case 12:
      return cursor.f64();
    default:
      throw cursor.refuse(`${key}: value type ${type} is not known`);
  }
}

function readFlag(cursor: GgufCursor, key: string): boolean {
  const byte = cursor.u8();
  if (byte > 1) throw cursor.refuse(`${key}: expected true or false, got ${byte}`);
  return byte === 1;
}

/** Bytes of an array element by its type; a string has at least its length. */
const ELEMENT_BYTES: readonly (number | undefined)[] = [
  1,
  1,
  2,
  2,
  4,
  4,
  4,
  1,
  8,
  undefined,
  8,
  8,
  8,
];

function readArray(cursor: GgufCursor, key: string): GgufValue {
  const type = cursor.u32();
  const bytes = ELEMENT_BYTES[type];
  if (bytes === undefined) throw cursor.refuse(`${key}: array type ${type} is not known`);
  const count = cursor.count(bytes);
  const read = (): number => readScalar(cursor, key, type) as number;
  if (type === 8) return Array.from({ length: count }, () => cursor.text());
  if (type === 7) return Array.from({ length: count }, () => readFlag(cursor, key));
  if (type === 6) return Float32Array.from({ length: count }, read);
  return type < 4 || type === 5
    ? Int32Array.from({ length: count }, read)
    : Float64Array.from({ length: count }, read);
}
